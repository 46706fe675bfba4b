package org.popcornreplay.replay.placement;

import it.unimi.dsi.fastutil.ints.IntArrays;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrays;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.popcornreplay.traces.ThreadCursor;

/**
 * How much threads share: an edge weighs how often a page would move between two threads on
 * different nodes, at most once for each slice in which one of them writes it and the other uses
 * it. Pages that are only read weigh nothing. Where many threads use a page, those that use it most
 * are looked at.
 */
public final class SharingGraph {
  private static final int MOST_USERS = 64;

  private final int[][] neighbours;
  private final long[][] weights;

  private SharingGraph(int threads, Long2LongOpenHashMap edges) {
    int[] degree = new int[threads];
    for (long edge : edges.keySet()) {
      degree[(int) (edge / threads)]++;
      degree[(int) (edge % threads)]++;
    }
    neighbours = new int[threads][];
    weights = new long[threads][];
    for (int t = 0; t < threads; t++) {
      neighbours[t] = new int[degree[t]];
      weights[t] = new long[degree[t]];
    }
    long[] sorted = edges.keySet().toLongArray();
    Arrays.sort(sorted);
    int[] filled = new int[threads];
    for (long edge : sorted) {
      int a = (int) (edge / threads);
      int b = (int) (edge % threads);
      neighbours[a][filled[a]] = b;
      weights[a][filled[a]++] = edges.get(edge);
      neighbours[b][filled[b]] = a;
      weights[b][filled[b]++] = edges.get(edge);
    }
  }

  /**
   * Looks at every visit of a trace once.
   *
   * @param threads number of threads
   * @param cursors the records of a thread
   */
  public static SharingGraph of(int threads, IntFunction<ThreadCursor> cursors) {
    Long2IntOpenHashMap pages = new Long2IntOpenHashMap();
    Long2LongOpenHashMap reads = new Long2LongOpenHashMap();
    Long2LongOpenHashMap writes = new Long2LongOpenHashMap();
    pages.defaultReturnValue(-1);
    for (int t = 0; t < threads; t++) {
      ThreadCursor cursor = cursors.apply(t);
      while (cursor.next()) {
        if (cursor.isEvent()) {
          continue;
        }
        int page = pages.get(cursor.page());
        if (page < 0) {
          page = pages.size();
          pages.put(cursor.page(), page);
        }
        long use = (long) page * threads + t;
        if (cursor.writes() > 0) {
          writes.addTo(use, 1);
        } else {
          reads.addTo(use, 1);
        }
      }
    }
    return new SharingGraph(threads, edges(threads, reads, writes));
  }

  private static Long2LongOpenHashMap edges(
      int threads, Long2LongOpenHashMap reads, Long2LongOpenHashMap writes) {
    long[] uses = new long[reads.size() + writes.size()];
    int count = 0;
    for (long use : writes.keySet()) {
      uses[count++] = use;
    }
    for (long use : reads.keySet()) {
      if (!writes.containsKey(use)) {
        uses[count++] = use;
      }
    }
    Arrays.sort(uses, 0, count);
    Long2LongOpenHashMap edges = new Long2LongOpenHashMap();
    int from = 0;
    while (from < count) {
      long page = uses[from] / threads;
      int to = from;
      while (to < count && uses[to] / threads == page) {
        to++;
      }
      addPage(edges, threads, heaviest(uses, from, to, reads, writes), reads, writes);
      from = to;
    }
    return edges;
  }

  /** Those that use a page most; all where they are few. */
  private static long[] heaviest(
      long[] uses, int from, int to, Long2LongOpenHashMap reads, Long2LongOpenHashMap writes) {
    long[] users = Arrays.copyOfRange(uses, from, to);
    if (users.length <= MOST_USERS) {
      return users;
    }
    LongArrays.mergeSort(
        users,
        (a, b) -> {
          int byUse = Long.compare(reads.get(b) + writes.get(b), reads.get(a) + writes.get(a));
          return byUse == 0 ? Long.compare(a, b) : byUse;
        });
    long[] most = Arrays.copyOf(users, MOST_USERS);
    Arrays.sort(most);
    return most;
  }

  private static void addPage(
      Long2LongOpenHashMap edges,
      int threads,
      long[] users,
      Long2LongOpenHashMap reads,
      Long2LongOpenHashMap writes) {
    for (int i = 0; i < users.length; i++) {
      for (int j = i + 1; j < users.length; j++) {
        long a = users[i];
        long b = users[j];
        long moves =
            Math.min(writes.get(a), reads.get(b) + writes.get(b))
                + Math.min(writes.get(b), reads.get(a) + writes.get(a));
        if (moves > 0) {
          edges.addTo(a % threads * threads + b % threads, moves);
        }
      }
    }
  }

  /** Threads. */
  public int threads() {
    return neighbours.length;
  }

  /** How much a thread shares with each node's threads, where {@code nodeOf} is -1 for nowhere. */
  void affinity(int thread, int[] nodeOf, long[] toNode) {
    Arrays.fill(toNode, 0);
    for (int i = 0; i < neighbours[thread].length; i++) {
      int node = nodeOf[neighbours[thread][i]];
      if (node >= 0) {
        toNode[node] += weights[thread][i];
      }
    }
  }

  /** Adds to each neighbour's sum what it shares with a thread. */
  void addNeighbours(int thread, long[] sums) {
    for (int i = 0; i < neighbours[thread].length; i++) {
      sums[neighbours[thread][i]] += weights[thread][i];
    }
  }

  /** Nodes by how much a thread shares with their threads, most first, its own left out. */
  public int[] nodesByAffinity(int thread, int[] nodeOf, int nodes) {
    long[] toNode = new long[nodes];
    affinity(thread, nodeOf, toNode);
    int[] order = new int[nodes];
    int count = 0;
    for (int n = 0; n < nodes; n++) {
      if (n != nodeOf[thread]) {
        order[count++] = n;
      }
    }
    int[] others = Arrays.copyOf(order, count);
    IntArrays.mergeSort(others, (a, b) -> Long.compare(toNode[b], toNode[a]));
    return others;
  }

  /** The weight of all edges between nodes. */
  public long cut(int[] nodeOf) {
    long sum = 0;
    for (int t = 0; t < neighbours.length; t++) {
      for (int i = 0; i < neighbours[t].length; i++) {
        if (nodeOf[t] != nodeOf[neighbours[t][i]]) {
          sum += weights[t][i];
        }
      }
    }
    return sum / 2;
  }
}
