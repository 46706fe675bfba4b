package org.popcornreplay.replay.placement;

/**
 * Deals threads to nodes: in blocks of neighbours, in turn, or all to the origin. The main thread
 * stays at the origin; it takes part in the deal where it executes at least half as many
 * instructions as the others on average, since it then works like them.
 */
public final class DealtPlacement implements Placement {
  private final String name;
  private final int[] nodeOf;

  private DealtPlacement(String name, int[] nodeOf) {
    this.name = name;
    this.nodeOf = nodeOf;
  }

  /** A node for each thread, by thread number. */
  static Placement ofNodes(int... nodeOf) {
    return new DealtPlacement("threads", nodeOf);
  }

  /** All threads at the origin. */
  public static Placement origin() {
    return new DealtPlacement("origin", new int[0]);
  }

  /**
   * Neighbouring threads on one node.
   *
   * @param instructions what each thread executes, by thread number
   */
  public static Placement block(int nodes, long[] instructions) {
    int first = firstDealt(instructions);
    int count = instructions.length - first;
    int[] nodeOf = new int[instructions.length];
    for (int i = 0; i < count; i++) {
      nodeOf[first + i] = (int) ((long) i * nodes / count);
    }
    return new DealtPlacement("block", nodeOf);
  }

  /** Neighbouring threads on neighbouring nodes. */
  public static Placement roundRobin(int nodes, long[] instructions) {
    int first = firstDealt(instructions);
    int[] nodeOf = new int[instructions.length];
    for (int i = first; i < instructions.length; i++) {
      nodeOf[i] = (i - first) % nodes;
    }
    return new DealtPlacement("round-robin", nodeOf);
  }

  private static int firstDealt(long[] instructions) {
    if (instructions.length < 2) {
      return instructions.length;
    }
    long others = 0;
    for (int i = 1; i < instructions.length; i++) {
      others += Math.max(0, instructions[i]) / (instructions.length - 1);
    }
    return 2 * instructions[0] >= others && instructions[0] > 0 && others > 0 ? 0 : 1;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int startNode(int thread) {
    return thread < nodeOf.length ? nodeOf[thread] : 0;
  }
}
