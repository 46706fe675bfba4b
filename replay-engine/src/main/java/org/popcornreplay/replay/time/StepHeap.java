package org.popcornreplay.replay.time;

import java.util.Arrays;
import org.popcornreplay.protocol.World.Step;

/** A binary heap of steps, earliest first, equal times in the order of their numbers. */
final class StepHeap {
  private long[] times = new long[8];
  private long[] sequences = new long[8];
  private Step[] steps = new Step[8];
  private int size;

  /** Time of the first step, or {@link EventQueue#NEVER}. */
  long topTime() {
    return size == 0 ? EventQueue.NEVER : times[0];
  }

  /** Number of the first step; only where there is one. */
  long topSequence() {
    return sequences[0];
  }

  int size() {
    return size;
  }

  void push(long time, long sequence, Step step) {
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

  Step pop() {
    Step first = steps[0];
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
    return first;
  }

  private static boolean before(long time, long sequence, long otherTime, long otherSequence) {
    return time < otherTime || (time == otherTime && sequence < otherSequence);
  }
}
