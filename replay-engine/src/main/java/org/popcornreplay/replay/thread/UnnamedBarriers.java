package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.function.IntFunction;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.ThreadCursor;

/**
 * The barriers of a program whose functions were not seen (static, without symbols), known by what
 * pthread_barrier_wait of glibc 2.25 and newer leaves in a trace: an atomic operation on the word
 * {@code in}; from the last thread to arrive one on {@code current_round}, 4 bytes behind, and a
 * futex wake of all there, from the others at most futex waits there; an atomic operation on {@code
 * out}, 16 bytes behind. An address is a barrier only where every thread does so every time.
 *
 * <p>A program whose threads also sleep on other words keeps its barriers in recorded order: those
 * words keep theirs, and a thread that comes to them in another order could wait in vain.
 */
final class UnnamedBarriers {
  private static final int ROUND_BYTES = 4;
  private static final int OUT_BYTES = 16;
  private static final int FUTEX_COMMAND = 0x7f;
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final int FUTEX_WAIT_BITSET = 9;

  private static final class Calls {
    long arrivals;
    long rounds;
    boolean broken;
  }

  private final Long2IntOpenHashMap counts = new Long2IntOpenHashMap();
  private boolean othersSleep;

  private UnnamedBarriers() {}

  /** No barrier. */
  static UnnamedBarriers none() {
    return new UnnamedBarriers();
  }

  /**
   * Reads the events of all threads.
   *
   * @param mutexes words on which threads may sleep as well
   */
  static UnnamedBarriers of(
      int threads, IntFunction<ThreadCursor> events, LongOpenHashSet mutexes) {
    Long2ObjectOpenHashMap<Calls> candidates = new Long2ObjectOpenHashMap<>();
    for (int t = 0; t < threads; t++) {
      propose(events.apply(t), candidates);
    }
    UnnamedBarriers found = new UnnamedBarriers();
    LongOpenHashSet threadWords = new LongOpenHashSet();
    LongOpenHashSet otherWords = new LongOpenHashSet();
    for (int t = 0; t < threads; t++) {
      check(events.apply(t), candidates, threadWords, otherWords);
    }
    otherWords.removeAll(threadWords);
    otherWords.removeAll(mutexes);
    found.othersSleep = !otherWords.isEmpty();
    if (found.othersSleep) {
      return found;
    }
    candidates.forEach(
        (address, calls) -> {
          boolean whole = !calls.broken && calls.rounds > 0 && calls.arrivals % calls.rounds == 0;
          long count = whole ? calls.arrivals / calls.rounds : 0;
          if (count >= 2 && count <= threads) {
            found.counts.put(address, (int) count);
          }
        });
    return found;
  }

  private static void propose(ThreadCursor cursor, Long2ObjectOpenHashMap<Calls> candidates) {
    long before = 0;
    long last = 0;
    while (cursor.next()) {
      if (!cursor.isEvent() || cursor.kind() == EventKind.SPIN) {
        continue;
      }
      if (cursor.kind() == EventKind.ATOMIC) {
        before = last;
        last = cursor.object();
      } else {
        boolean wake = cursor.kind() == EventKind.FUTEX && isWakeOfAll(cursor);
        if (wake && last == cursor.object() && before == last - ROUND_BYTES) {
          candidates.computeIfAbsent(before, address -> new Calls());
        }
        before = 0;
        last = 0;
      }
    }
  }

  private static void check(
      ThreadCursor cursor,
      Long2ObjectOpenHashMap<Calls> candidates,
      LongOpenHashSet threadWords,
      LongOpenHashSet otherWords) {
    long inside = 0;
    while (cursor.next()) {
      if (!cursor.isEvent()
          || cursor.kind() == EventKind.SIGNAL
          || cursor.kind() == EventKind.SPIN) {
        continue;
      }
      long object = cursor.object();
      boolean atomic = cursor.kind() == EventKind.ATOMIC;
      if (cursor.kind() == EventKind.THREAD_START) {
        threadWords.add(object);
      } else if ((isWait(cursor) || isWaitUntil(cursor))
          && !candidates.containsKey(object - ROUND_BYTES)) {
        otherWords.add(object);
      }
      if (inside != 0) {
        Calls calls = candidates.get(inside);
        boolean round = object == inside + ROUND_BYTES;
        if (atomic && object == inside + OUT_BYTES) {
          inside = 0;
        } else if (round && cursor.kind() == EventKind.FUTEX && isWakeOfAll(cursor)) {
          calls.rounds++;
        } else if (!round || !(atomic || isWait(cursor))) {
          calls.broken = true;
          inside = 0;
        }
      } else if (atomic && candidates.containsKey(object)) {
        inside = object;
        candidates.get(object).arrivals++;
      } else if (atomic && candidates.containsKey(object - OUT_BYTES)) {
        candidates.get(object - OUT_BYTES).broken = true;
      }
    }
  }

  private static boolean isWakeOfAll(ThreadCursor futex) {
    return ((int) futex.argument(0) & FUTEX_COMMAND) == FUTEX_WAKE
        && futex.argument(1) == Integer.MAX_VALUE;
  }

  private static boolean isWait(ThreadCursor event) {
    return event.kind() == EventKind.FUTEX
        && ((int) event.argument(0) & FUTEX_COMMAND) == FUTEX_WAIT;
  }

  private static boolean isWaitUntil(ThreadCursor event) {
    return event.kind() == EventKind.FUTEX
        && ((int) event.argument(0) & FUTEX_COMMAND) == FUTEX_WAIT_BITSET;
  }

  /** Whether threads sleep on other words than barriers, mutexes and ends of threads. */
  boolean othersSleep() {
    return othersSleep;
  }

  /** Whether an atomic operation on this address is an arrival at a barrier. */
  boolean contains(long address) {
    return !counts.isEmpty() && counts.containsKey(address);
  }

  /** How many threads meet there. */
  int count(long address) {
    return counts.get(address);
  }

  /** The word that is changed last by a thread that leaves a barrier. */
  static long outWord(long address) {
    return address + OUT_BYTES;
  }
}
