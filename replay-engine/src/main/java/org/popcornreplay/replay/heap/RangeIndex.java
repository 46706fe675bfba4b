package org.popcornreplay.replay.heap;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Finds ranges of addresses that overlap a given one: ranges sorted by their start, with a tree of
 * the largest end above them. A search costs the logarithm of their number for each one found.
 */
public final class RangeIndex {
  private final long[] start;
  private final long[] largestEnd;
  private final int leaves;

  /**
   * An index over ranges.
   *
   * @param start first addresses, rising
   * @param end the addresses behind the last ones
   */
  public RangeIndex(long[] start, long[] end) {
    this.start = start.clone();
    leaves = Math.max(1, Integer.highestOneBit(Math.max(1, 2 * start.length - 1)));
    largestEnd = new long[2 * leaves];
    Arrays.fill(largestEnd, Long.MIN_VALUE);
    System.arraycopy(end, 0, largestEnd, leaves, end.length);
    for (int i = leaves - 1; i > 0; i--) {
      largestEnd[i] = Math.max(largestEnd[2 * i], largestEnd[2 * i + 1]);
    }
  }

  /** Tells the positions of all ranges that have an address in first to end - 1, rising. */
  public void overlapping(long first, long end, IntConsumer found) {
    int below = Arrays.binarySearch(start, end);
    below = below < 0 ? -below - 1 : below;
    while (below > 0 && start[below - 1] >= end) {
      below--;
    }
    search(1, 0, leaves, below, first, found);
  }

  private void search(int at, int from, int to, int below, long first, IntConsumer found) {
    if (from >= below || largestEnd[at] <= first) {
      return;
    }
    if (to - from == 1) {
      found.accept(from);
      return;
    }
    int middle = (from + to) >>> 1;
    search(2 * at, from, middle, below, first, found);
    search(2 * at + 1, middle, to, below, first, found);
  }
}
