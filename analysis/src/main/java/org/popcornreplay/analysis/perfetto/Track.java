package org.popcornreplay.analysis.perfetto;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A row of the timeline. Slices come in the order of their start; each lies within those that are
 * still open, or else is cut at their end, since a viewer draws only slices that nest.
 *
 * @param process number of its process: a node
 * @param thread number of its thread, which no other track of the file has
 * @param openEnds ends of the open slices, innermost first
 */
record Track(int process, int thread, Deque<Long> openEnds) {
  Track(int process, int thread) {
    this(process, thread, new ArrayDeque<>());
  }

  /** Opens a slice. Returns where it ends: at the end that it wants, or at that of its parent. */
  long open(long startNanos, long wantedEndNanos) {
    while (!openEnds.isEmpty() && openEnds.peek() <= startNanos) {
      openEnds.pop();
    }
    long end = openEnds.isEmpty() ? wantedEndNanos : Math.min(wantedEndNanos, openEnds.peek());
    openEnds.push(end);
    return end;
  }

  /** Whether nothing is open at this time. */
  boolean isFree(long nanos) {
    return openEnds.isEmpty() || openEnds.peekLast() <= nanos;
  }
}
