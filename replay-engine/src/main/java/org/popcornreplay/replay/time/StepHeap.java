package org.popcornreplay.replay.time;

import java.util.Arrays;
import org.popcornreplay.protocol.World.Step;

/**
 * Steps, earliest first, equal times in the order of their numbers. The first one lies apart, as
 * there is often no other; the rest is a binary heap.
 */
final class StepHeap {
  private long firstTime = EventQueue.NEVER;
  private long firstSequence;
  private Step first;

  private long[] times = new long[8];
  private long[] sequences = new long[8];
  private Step[] steps = new Step[8];
  private int size;

  /** Time of the first step, or {@link EventQueue#NEVER}. */
  long topTime() {
    return firstTime;
  }

  /** Number of the first step; only where there is one. */
  long topSequence() {
    return firstSequence;
  }

  /** Adds a step whose number is larger than those of all others. */
  void push(long time, long sequence, Step step) {
    if (first == null) {
      setFirst(time, sequence, step);
    } else if (time < firstTime) {
      sink(firstTime, firstSequence, first);
      setFirst(time, sequence, step);
    } else {
      sink(time, sequence, step);
    }
  }

  /** Takes the first step out; only where there is one. */
  Step pop() {
    Step popped = first;
    if (size == 0) {
      firstTime = EventQueue.NEVER;
      first = null;
    } else {
      setFirst(times[0], sequences[0], steps[0]);
      removeRoot();
    }
    return popped;
  }

  private void setFirst(long time, long sequence, Step step) {
    firstTime = time;
    firstSequence = sequence;
    first = step;
  }

  private void sink(long time, long sequence, Step step) {
    if (size == times.length) {
      times = Arrays.copyOf(times, 2 * size);
      sequences = Arrays.copyOf(sequences, 2 * size);
      steps = Arrays.copyOf(steps, 2 * size);
    }
    int hole = size++;
    while (hole > 0) {
      int parent = (hole - 1) >>> 1;
      if (!before(time, sequence, times[parent], sequences[parent])) {
        break;
      }
      times[hole] = times[parent];
      sequences[hole] = sequences[parent];
      steps[hole] = steps[parent];
      hole = parent;
    }
    times[hole] = time;
    sequences[hole] = sequence;
    steps[hole] = step;
  }

  private void removeRoot() {
    int last = --size;
    long time = times[last];
    long sequence = sequences[last];
    Step step = steps[last];
    steps[last] = null;
    int hole = 0;
    while (true) {
      int child = 2 * hole + 1;
      if (child >= last) {
        break;
      }
      int right = child + 1;
      if (right < last && before(times[right], sequences[right], times[child], sequences[child])) {
        child = right;
      }
      if (!before(times[child], sequences[child], time, sequence)) {
        break;
      }
      times[hole] = times[child];
      sequences[hole] = sequences[child];
      steps[hole] = steps[child];
      hole = child;
    }
    if (last > 0) {
      times[hole] = time;
      sequences[hole] = sequence;
      steps[hole] = step;
    }
  }

  private static boolean before(long time, long sequence, long otherTime, long otherSequence) {
    return time < otherTime || (time == otherTime && sequence < otherSequence);
  }
}
