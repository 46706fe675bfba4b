package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.BitSet;
import org.popcornreplay.replay.order.SpinWaits;
import org.popcornreplay.replay.order.TurnQueue;

/**
 * Threads of a run that read a line until another thread has written it. Such a thread computes: it
 * keeps its core until its time slice ends, and reads the line again as soon as its node has lost
 * the page, which is a fault for each write of others to that page.
 */
final class SpinningThreads implements TurnQueue {
  private static final int NONE = -1;

  private final RunContext run;
  private final SpinWaits waits;
  private final BitSet happened = new BitSet();
  private final int[] nextWait;
  private final int[] nextStore;
  private final int[] waiting;
  private final long[] storedNanos;
  private final IntArrayList spinning = new IntArrayList();

  SpinningThreads(RunContext run, SpinWaits waits, int threads) {
    this.run = run;
    this.waits = waits;
    nextWait = new int[threads];
    nextStore = new int[threads];
    waiting = new int[threads];
    java.util.Arrays.fill(waiting, NONE);
    storedNanos = new long[threads];
  }

  SpinWaits waits() {
    return waits;
  }

  /** Whether a thread waits now. */
  boolean isSpinning(int thread) {
    return waiting[thread] != NONE;
  }

  /** Whether the store that ends a wait has happened. */
  boolean hasHappened(int wait) {
    return happened.get(wait);
  }

  /** Says where in a slice the thread waits, and where what it writes ends a wait of others. */
  void mark(int thread, SliceBuffer slice) {
    long start = slice.start();
    long end = start + slice.length();
    stored(thread, start - 1);
    for (int i = nextStore[thread]; i < waits.storesOf(thread); i++) {
      int wait = waits.endedBy(thread, i);
      if (waits.store(wait) >= end) {
        break;
      }
      slice.mark(SliceBuffer.STORE, waits.store(wait), wait);
    }
    while (nextWait[thread] < waits.waitsOf(thread)) {
      int wait = waits.waitOf(thread, nextWait[thread]);
      if (waits.begin(wait) >= end) {
        break;
      }
      if (waits.end(wait) >= start) {
        slice.mark(SliceBuffer.SPIN, waits.begin(wait), wait);
      }
      nextWait[thread]++;
    }
  }

  /** A thread waits for a store that has not happened, in a slice that ends there. */
  void waits(ReplayThread t, int wait, long sliceEnd) {
    int number = t.number();
    if (waiting[number] == NONE) {
      waiting[number] = wait;
      storedNanos[number] = NONE;
      spinning.add(number);
      if (waits.end(wait) >= sliceEnd) {
        // The loop is the rest of the slice: whatever it wrote comes before.
        stored(number, sliceEnd - 1);
      }
    }
  }

  /** A wait is over. */
  void goesOn(ReplayThread t, int wait) {
    int number = t.number();
    if (waiting[number] == NONE) {
      return;
    }
    waiting[number] = NONE;
    spinning.rem(number);
    long now = run.now();
    run.listener().wake(number, waits.writer(wait), "store", storedNanos[number], now);
  }

  /** What a thread has written up to an instruction has happened. */
  void stored(int thread, long instructions) {
    while (nextStore[thread] < waits.storesOf(thread)) {
      int wait = waits.endedBy(thread, nextStore[thread]);
      if (waits.store(wait) > instructions) {
        return;
      }
      nextStore[thread]++;
      happens(wait);
    }
  }

  private void happens(int wait) {
    happened.set(wait);
    int thread = waits.thread(wait);
    if (waiting[thread] == wait) {
      storedNanos[thread] = run.now();
      run.thread(thread).lookAgainNow();
    }
  }

  /** A node has lost a right on a page: who reads it there reads it anew. */
  void rightLost(int node, long page) {
    for (int i = 0; i < spinning.size(); i++) {
      ReplayThread t = run.thread(spinning.getInt(i));
      if (t.node() == node && run.scale().pageOf(waits.line(waiting[t.number()])) == page) {
        t.lookAgainNow();
      }
    }
  }

  /** Something has changed for all: each looks whether it may still run. */
  void lookAgain() {
    for (int i = 0; i < spinning.size(); i++) {
      run.thread(spinning.getInt(i)).lookAgainNow();
    }
  }

  @Override
  public long earliestWaiting() {
    long earliest = Long.MAX_VALUE;
    for (int i = 0; i < spinning.size(); i++) {
      int wait = waiting[spinning.getInt(i)];
      if (!happened.get(wait)) {
        earliest = Math.min(earliest, waits.sequence(wait));
      }
    }
    return earliest;
  }

  @Override
  public void letGo(long sequence) {
    for (int i = 0; i < spinning.size(); i++) {
      int wait = waiting[spinning.getInt(i)];
      if (waits.sequence(wait) == sequence) {
        happens(wait);
        return;
      }
    }
  }
}
