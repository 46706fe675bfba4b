package org.popcornreplay.replay.placement;

/**
 * The program's own migrate calls. Nodes that the run does not have are folded onto those it has:
 * remotes in turn, the origin stays the origin.
 */
public final class ProgramPlacement implements Placement {
  private final int nodes;

  /** Follows the program on so many nodes. */
  public ProgramPlacement(int nodes) {
    this.nodes = nodes;
  }

  @Override
  public String name() {
    return "trace";
  }

  @Override
  public int startNode(int thread) {
    return 0;
  }

  @Override
  public int migrationNode(int thread, int asked) {
    if (asked <= 0 || nodes == 1) {
      return 0;
    }
    return 1 + (asked - 1) % (nodes - 1);
  }

  @Override
  public boolean followsProgram() {
    return true;
  }
}
