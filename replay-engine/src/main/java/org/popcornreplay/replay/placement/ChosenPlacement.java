package org.popcornreplay.replay.placement;

/** A placement that a search has chosen: {@code auto} by name, whatever it is. */
public final class ChosenPlacement implements Placement {
  private final Placement chosen;

  /** Gives a placement another name. */
  public ChosenPlacement(Placement chosen) {
    this.chosen = chosen;
  }

  /**
   * One node for each thread, as a text.
   *
   * @param nodes {@code 0,0,1,…}: by thread number
   */
  public static Placement ofNodes(String nodes) {
    String[] words = nodes.split(",", -1);
    int[] nodeOf = new int[words.length];
    for (int t = 0; t < nodeOf.length; t++) {
      nodeOf[t] = Integer.parseInt(words[t]);
    }
    return DealtPlacement.ofNodes(nodeOf);
  }

  @Override
  public String name() {
    return "auto";
  }

  @Override
  public int startNode(int thread) {
    return chosen.startNode(thread);
  }

  @Override
  public int migrationNode(int thread, int asked) {
    return chosen.migrationNode(thread, asked);
  }

  @Override
  public boolean followsProgram() {
    return chosen.followsProgram();
  }

  @Override
  public long nextMove(int thread, long instructions) {
    return chosen.nextMove(thread, instructions);
  }

  @Override
  public int moveNode(int thread, long point) {
    return chosen.moveNode(thread, point);
  }
}
