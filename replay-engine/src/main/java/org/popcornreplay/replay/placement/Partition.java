package org.popcornreplay.replay.placement;

import java.util.Arrays;

/**
 * Cuts a sharing graph into as many parts as there are nodes, of nearly equal load, so that little
 * is shared between parts: parts grow one after the other from their strongest neighbour, then
 * threads move or change places as long as that cuts less. The main thread stays at the origin,
 * where it has to create the others.
 */
public final class Partition {
  /** A node may have so much more than its share. */
  private static final double SLACK = 1.1;

  private static final int MOST_PASSES = 8;
  private static final int MOST_THREADS_FOR_SWAPS = 512;

  private final SharingGraph graph;
  private final long[] load;
  private final int nodes;
  private final long capacity;
  private final int[] nodeOf;
  private final long[] loadOf;
  private final long[] toNode;

  private Partition(SharingGraph graph, long[] load, int nodes) {
    this.graph = graph;
    this.load = load.clone();
    this.nodes = nodes;
    nodeOf = new int[load.length];
    loadOf = new long[nodes];
    toNode = new long[nodes];
    long total = 0;
    long most = 0;
    for (int t = 0; t < load.length; t++) {
      this.load[t] = Math.max(1, load[t]);
      total += this.load[t];
      most = Math.max(most, this.load[t]);
    }
    capacity = Math.max(most, (long) Math.ceil(SLACK * total / nodes));
  }

  /**
   * The node of each thread.
   *
   * @param load what each thread has to do, in instructions
   */
  public static int[] of(SharingGraph graph, long[] load, int nodes) {
    Partition partition = new Partition(graph, load, nodes);
    partition.grow();
    partition.refine();
    return partition.nodeOf;
  }

  private void grow() {
    Arrays.fill(nodeOf, -1);
    long left = 0;
    for (long each : load) {
      left += each;
    }
    long[] pull = new long[load.length];
    int placed = 0;
    for (int node = 0; node < nodes; node++) {
      long share = left / (nodes - node);
      Arrays.fill(pull, 0);
      while (placed < load.length) {
        int thread = mostPulled(pull);
        boolean over = loadOf[node] > 0 && loadOf[node] + load[thread] / 2 > share;
        if (over && node < nodes - 1) {
          break;
        }
        put(thread, node);
        graph.addNeighbours(thread, pull);
        placed++;
      }
      left -= loadOf[node];
    }
  }

  /** The thread without a node that shares most with the growing one; the lowest of equals. */
  private int mostPulled(long[] pull) {
    int best = -1;
    for (int t = 0; t < load.length; t++) {
      if (nodeOf[t] < 0 && (best < 0 || pull[t] > pull[best])) {
        best = t;
      }
    }
    return best;
  }

  private void put(int thread, int node) {
    if (nodeOf[thread] >= 0) {
      loadOf[nodeOf[thread]] -= load[thread];
    }
    nodeOf[thread] = node;
    loadOf[node] += load[thread];
  }

  private void refine() {
    for (int pass = 0; pass < MOST_PASSES; pass++) {
      boolean better = false;
      for (int t = 1; t < load.length; t++) {
        better |= moved(t) || swapped(t);
      }
      if (!better) {
        return;
      }
    }
  }

  private boolean moved(int thread) {
    graph.affinity(thread, nodeOf, toNode);
    int best = nodeOf[thread];
    for (int n = 0; n < nodes; n++) {
      if (toNode[n] > toNode[best] && loadOf[n] + load[thread] <= capacity) {
        best = n;
      }
    }
    if (best == nodeOf[thread]) {
      return false;
    }
    put(thread, best);
    return true;
  }

  private boolean swapped(int thread) {
    if (load.length > MOST_THREADS_FOR_SWAPS) {
      return false;
    }
    long before = graph.cut(nodeOf);
    for (int other = thread + 1; other < load.length; other++) {
      int here = nodeOf[thread];
      int there = nodeOf[other];
      if (here == there
          || loadOf[here] - load[thread] + load[other] > capacity
          || loadOf[there] - load[other] + load[thread] > capacity
          || !gains(thread, other)) {
        continue;
      }
      put(thread, there);
      put(other, here);
      if (graph.cut(nodeOf) < before) {
        return true;
      }
      put(thread, here);
      put(other, there);
    }
    return false;
  }

  /** Whether changing places could cut less; what both share counts twice here, so this may err. */
  private boolean gains(int a, int b) {
    graph.affinity(a, nodeOf, toNode);
    long gain = toNode[nodeOf[b]] - toNode[nodeOf[a]];
    graph.affinity(b, nodeOf, toNode);
    return gain + toNode[nodeOf[a]] - toNode[nodeOf[b]] > 0;
  }
}
