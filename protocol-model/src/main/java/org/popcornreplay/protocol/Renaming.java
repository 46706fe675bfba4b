package org.popcornreplay.protocol;

import java.util.Arrays;

/** Other names for nodes and threads, under which a state can be compared with others. */
public final class Renaming {
  private final int[] newNodes;
  private final int[] newThreads;
  private final int[] oldNodes;
  private final int[] oldThreads;

  /**
   * A renaming.
   *
   * @param newNodes by the old number; the origin keeps its own
   * @param newThreads by the old number
   */
  public Renaming(int[] newNodes, int[] newThreads) {
    this.newNodes = newNodes.clone();
    this.newThreads = newThreads.clone();
    this.oldNodes = inverse(newNodes);
    this.oldThreads = inverse(newThreads);
  }

  private static int[] inverse(int[] names) {
    int[] inverse = new int[names.length];
    Arrays.fill(inverse, -1);
    for (int old = 0; old < names.length; old++) {
      inverse[names[old]] = old;
    }
    for (int name = 0; name < names.length; name++) {
      if (inverse[name] < 0) {
        throw new IllegalArgumentException(
            "renaming: " + Arrays.toString(names) + ", expected each name once");
      }
    }
    return inverse;
  }

  /** All keep their names. */
  public static Renaming none(int nodes, int threads) {
    int[] node = new int[nodes];
    int[] thread = new int[threads];
    Arrays.setAll(node, n -> n);
    Arrays.setAll(thread, t -> t);
    return new Renaming(node, thread);
  }

  /** The new number of a node; a number that is none stays. */
  public int node(int old) {
    return old >= 0 && old < newNodes.length ? newNodes[old] : old;
  }

  /** The new number of a thread; a number that is none stays. */
  public int thread(int old) {
    return old >= 0 && old < newThreads.length ? newThreads[old] : old;
  }

  /** The node that has this number now. */
  public int oldNode(int renamed) {
    return oldNodes[renamed];
  }

  /** The thread that has this number now. */
  public int oldThread(int renamed) {
    return oldThreads[renamed];
  }
}
