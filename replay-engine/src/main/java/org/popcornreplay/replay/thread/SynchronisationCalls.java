package org.popcornreplay.replay.thread;

import java.util.function.IntConsumer;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.order.RecordedOrder;

/**
 * What synchronisation functions have in common: futex calls, and turns on objects that keep their
 * recorded order.
 */
final class SynchronisationCalls {
  /** As many as there are. */
  static final int ALL = Integer.MAX_VALUE;

  /** No thread. */
  static final int NOBODY = -1;

  private final RunContext run;
  private final RecordedOrder order;

  SynchronisationCalls(RunContext run, RecordedOrder order) {
    this.run = run;
    this.order = order;
  }

  /** Sleeps on a futex word as long as it is what is expected. */
  void futexWait(
      ReplayThread t, String what, long address, Popcorn.FutexWord word, IntConsumer then) {
    long page = run.scale().pageOf(address);
    t.operate(
        ThreadState.FUTEX,
        what,
        address,
        (popcorn, ended) ->
            popcorn.futexWait(t.number(), page, address, word, Popcorn.NO_TIMEOUT, ended),
        then);
  }

  /** Wakes so many that sleep on a futex word. */
  void futexWake(ReplayThread t, long address, int count, Step then) {
    long page = run.scale().pageOf(address);
    wake(
        t,
        address,
        (popcorn, ended) -> popcorn.futexWake(t.number(), page, address, count, ended),
        then);
  }

  /** Wakes one thread that sleeps on a futex word. */
  void futexWakeSleeper(ReplayThread t, long address, int sleeper, Step then) {
    long page = run.scale().pageOf(address);
    wake(
        t,
        address,
        (popcorn, ended) -> popcorn.futexWakeSleeper(t.number(), page, address, sleeper, ended),
        then);
  }

  private static void wake(
      ReplayThread t, long address, CallingThread.Operation operation, Step then) {
    t.operate(ThreadState.FUTEX, "futex wake", address, operation, woken -> then.run());
  }

  /** Runs {@code then} when it is the thread's turn on an object that keeps its order. */
  void inTurn(ReplayThread t, long object, Step then) {
    if (!order.keepsOrder(object) || order.mayAcquire(t.number(), object)) {
      then.run();
      return;
    }
    t.waitFor(ThreadState.IDLE, "its turn in the recorded order", object, then);
    order.awaitAcquire(t.number(), object, () -> run.turnComes(t, "order"));
  }

  /** The thread has got an object: the next in its order may try. */
  void acquired(ReplayThread t, long object) {
    if (order.keepsOrder(object)) {
      run.takesTurn(t);
      order.acquired(t.number(), object);
    }
  }

  /** The functions read an object's kind, flags or value before their first locked operation. */
  void readAndUpdate(ReplayThread t, long object, Step then) {
    t.touch(object, false, () -> t.update(object, then));
  }
}
