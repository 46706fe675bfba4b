package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.order.RecordedOrder;

/** Condition variables. */
final class ConditionVariables {
  /** Where the futex words of a {@code pthread_cond_t} begin, in bytes, and how long one is. */
  private static final int CONDITION_WORDS = 40;

  private static final int WORD_BYTES = 4;

  /** A thread that waits on a condition. */
  private static final class Waiter {
    final int thread;
    final long mutex;
    final Waiters group;
    boolean signalled;

    Waiter(int thread, long mutex, Waiters group) {
      this.thread = thread;
      this.mutex = mutex;
      this.group = group;
      group.unsignalled.add(this);
    }

    void signal() {
      group.unsignalled.remove(this);
      signalled = true;
    }
  }

  /** Threads that began to wait on a condition before the same signals. */
  private static final class Waiters {
    final long word;
    final List<Waiter> unsignalled = new ArrayList<>();

    Waiters(long word) {
      this.word = word;
    }
  }

  /**
   * A condition variable. Those that signals reach stand apart from those that came since, each on
   * a futex word of its own, as in glibc. Which waiter a signal is for follows from who had the
   * mutex next in the recording: what each does then is recorded for it alone.
   */
  private static final class Condition {
    Waiters older;
    Waiters newer;

    Condition(long address) {
      older = new Waiters(address + CONDITION_WORDS);
      newer = new Waiters(address + CONDITION_WORDS + WORD_BYTES);
    }

    boolean hasUnsignalled() {
      return !older.unsignalled.isEmpty() || !newer.unsignalled.isEmpty();
    }

    /** Closes the newer group to those that come, where the older one has all its signals. */
    void turn() {
      if (older.unsignalled.isEmpty()) {
        Waiters next = new Waiters(older.word);
        older = newer;
        newer = next;
      }
    }

    Waiter waiter(int thread) {
      for (Waiters group : List.of(older, newer)) {
        for (Waiter waiter : group.unsignalled) {
          if (waiter.thread == thread) {
            return waiter;
          }
        }
      }
      return null;
    }
  }

  private final Long2ObjectOpenHashMap<Condition> conditions = new Long2ObjectOpenHashMap<>();
  private final RunContext run;
  private final RecordedOrder order;
  private final SynchronisationCalls calls;
  private final Mutexes mutexes;

  ConditionVariables(
      RunContext run, RecordedOrder order, SynchronisationCalls calls, Mutexes mutexes) {
    this.run = run;
    this.order = order;
    this.calls = calls;
    this.mutexes = mutexes;
  }

  private Condition condition(long object) {
    return conditions.computeIfAbsent(object, Condition::new);
  }

  /** Waits for a signal, and gives the mutex up meanwhile. */
  void await(ReplayThread t, long object, long mutex, Step then) {
    Condition condition = condition(object);
    t.update(
        object,
        () -> {
          Waiter waiter = new Waiter(t.number(), mutex, condition.newer);
          mutexes.unlock(
              t, mutex, () -> sleepOn(t, object, waiter, () -> mutexes.lock(t, mutex, then)));
        });
  }

  /** A wait for a condition that no signal ends: signals are for others. */
  void awaitInVain(ReplayThread t, long object, long mutex, long nanos, Step then) {
    Step again = () -> t.update(object, () -> mutexes.lock(t, mutex, then));
    t.update(
        object,
        () ->
            mutexes.unlock(
                t, mutex, () -> t.sleepFor(ThreadState.FUTEX, "time-out", nanos, again)));
  }

  private void sleepOn(ReplayThread t, long object, Waiter waiter, Step then) {
    calls.futexWait(
        t,
        "condition signal",
        waiter.group.word,
        () -> !waiter.signalled,
        woken ->
            t.update(
                object,
                () -> {
                  if (waiter.signalled) {
                    then.run();
                  } else {
                    sleepOn(t, object, waiter, then);
                  }
                }));
  }

  /** Signals one that waits, or all. */
  void signal(ReplayThread t, long object, int count, Step then) {
    Condition condition = condition(object);
    t.touch(
        object,
        false,
        () -> {
          if (!condition.hasUnsignalled()) {
            then.run();
          } else if (count == SynchronisationCalls.ALL) {
            t.update(object, () -> signalGroups(t, condition, then));
          } else {
            t.update(object, () -> signalOne(t, condition, then));
          }
        });
  }

  private void signalOne(ReplayThread t, Condition condition, Step then) {
    condition.turn();
    if (!condition.hasUnsignalled()) {
      then.run();
      return;
    }
    Waiter waiter = next(condition);
    waiter.signal();
    calls.futexWakeSleeper(t, waiter.group.word, waiter.thread, then);
  }

  /** Who has the mutex next in the recording; who came first where nobody has it any more. */
  private Waiter next(Condition condition) {
    Waiter first =
        condition.older.unsignalled.isEmpty()
            ? condition.newer.unsignalled.get(0)
            : condition.older.unsignalled.get(0);
    if (!order.keepsOrder(first.mutex)) {
      return first;
    }
    int thread = order.firstToAcquire(first.mutex, number -> condition.waiter(number) != null);
    return thread < 0 ? first : condition.waiter(thread);
  }

  private void signalGroups(ReplayThread t, Condition condition, Step then) {
    condition.turn();
    Waiters group = condition.older;
    if (group.unsignalled.isEmpty()) {
      then.run();
      return;
    }
    group.unsignalled.forEach(waiter -> waiter.signalled = true);
    group.unsignalled.clear();
    calls.futexWake(
        t, group.word, SynchronisationCalls.ALL, () -> signalGroups(t, condition, then));
  }

  /**
   * Ends the wait for a condition that ended first in the recording, where nothing else can go on:
   * the signal for it came when it did not wait yet.
   *
   * @return false where no wait ended in the recording
   */
  boolean endEarliestWait() {
    Waiter earliest = null;
    long earliestSequence = Long.MAX_VALUE;
    for (Condition condition : conditions.values()) {
      for (Waiters group : List.of(condition.older, condition.newer)) {
        for (Waiter waiter : group.unsignalled) {
          long sequence = order.nextAcquisition(waiter.thread, waiter.mutex);
          if (sequence >= 0 && sequence < earliestSequence) {
            earliest = waiter;
            earliestSequence = sequence;
          }
        }
      }
    }
    if (earliest == null) {
      return false;
    }
    earliest.signal();
    return run.popcorn().endFutexWait(earliest.thread);
  }
}
