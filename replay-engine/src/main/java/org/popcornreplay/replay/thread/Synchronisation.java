package org.popcornreplay.replay.thread;

import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.order.RecordedOrder;
import org.popcornreplay.traces.SyncFunction;

/**
 * The synchronisation functions of the C library, decided anew in virtual time: each makes the page
 * accesses and futex calls that glibc 2.36 makes, and who gets a lock follows from who is there
 * first. A failed compare-exchange is a write like any other. Objects whose acquisitions keep their
 * recorded order let a thread try only when it is its turn.
 */
final class Synchronisation {
  private final Mutexes mutexes;
  private final ConditionVariables conditions;
  private final Barriers barriers;
  private final Semaphores semaphores;
  private final ReadWriteLocks locks;
  private final Joins joins;

  Synchronisation(RunContext run, RecordedOrder order) {
    SynchronisationCalls calls = new SynchronisationCalls(run, order);
    mutexes = new Mutexes(calls);
    conditions = new ConditionVariables(run, order, calls, mutexes);
    barriers = new Barriers(run, calls);
    semaphores = new Semaphores(run, calls);
    locks = new ReadWriteLocks(calls);
    joins = new Joins(run, calls);
  }

  /** Mutexes and spin locks. */
  Mutexes mutexes() {
    return mutexes;
  }

  /** Condition variables. */
  ConditionVariables conditions() {
    return conditions;
  }

  /** Barriers. */
  Barriers barriers() {
    return barriers;
  }

  /** Semaphores. */
  Semaphores semaphores() {
    return semaphores;
  }

  /** Waits for the end of a thread. */
  Joins joins() {
    return joins;
  }

  /** Executes a function that was entered with this event; {@code then} goes on after it. */
  void enter(ReplayThread t, TraceEvent e, Step then) {
    SyncFunction function = SyncFunction.ofCode(e.code());
    long object = e.object();
    if (function == null) {
      then.run();
      return;
    }
    switch (function) {
      case MUTEX_LOCK, SPIN_LOCK -> mutexes.lock(t, object, then);
      case MUTEX_UNLOCK, SPIN_UNLOCK -> mutexes.unlock(t, object, then);
      case COND_WAIT -> conditions.await(t, object, e.argument(0), then);
      case COND_SIGNAL -> conditions.signal(t, object, 1, then);
      case COND_BROADCAST -> conditions.signal(t, object, SynchronisationCalls.ALL, then);
      case BARRIER_INIT -> barriers.init(t, object, e.argument(0), then);
      case BARRIER_WAIT -> barriers.await(t, object, then);
      case SEM_INIT -> semaphores.init(t, object, e.argument(0), then);
      case SEM_WAIT -> semaphores.down(t, object, then);
      case SEM_POST -> semaphores.up(t, object, then);
      case RWLOCK_RDLOCK -> locks.lockShared(t, object, then);
      case RWLOCK_WRLOCK -> locks.lockExclusive(t, object, then);
      case RWLOCK_UNLOCK -> locks.unlock(t, object, then);
      case JOIN -> joins.join(t, (int) e.argument(1), then);
      case MUTEX_TRYLOCK,
          SPIN_TRYLOCK,
          SEM_TRYWAIT,
          RWLOCK_TRYRDLOCK,
          RWLOCK_TRYWRLOCK,
          MUTEX_TIMEDLOCK,
          COND_TIMEDWAIT,
          SEM_TIMEDWAIT,
          ONCE ->
          then.run();
    }
  }

  /**
   * What a function that may fail did is known at its end: only then is it executed. One that ran
   * out of time does so again, after as long as it waited when it was recorded.
   *
   * @param waitedNanos how long it was in futex calls
   */
  void leave(ReplayThread t, TraceEvent e, long waitedNanos, Step then) {
    SyncFunction function = SyncFunction.ofCode(e.code());
    long object = e.object();
    boolean succeeded = e.result() == 0;
    if (function == null) {
      then.run();
      return;
    }
    switch (function) {
      case MUTEX_TRYLOCK, SPIN_TRYLOCK -> tryFunction(t, object, succeeded, then, mutexes::lock);
      case SEM_TRYWAIT -> tryFunction(t, object, succeeded, then, semaphores::down);
      case RWLOCK_TRYRDLOCK -> tryFunction(t, object, succeeded, then, locks::lockShared);
      case RWLOCK_TRYWRLOCK -> tryFunction(t, object, succeeded, then, locks::lockExclusive);
      case MUTEX_TIMEDLOCK ->
          tryFunction(
              t, object, succeeded, outOfTime(t, waitedNanos, succeeded, then), mutexes::lock);
      case SEM_TIMEDWAIT ->
          tryFunction(
              t, object, succeeded, outOfTime(t, waitedNanos, succeeded, then), semaphores::down);
      case COND_TIMEDWAIT -> {
        if (succeeded) {
          conditions.await(t, object, e.argument(0), then);
        } else {
          conditions.awaitInVain(t, object, e.argument(0), waitedNanos, then);
        }
      }
      default -> then.run();
    }
  }

  private static Step outOfTime(ReplayThread t, long nanos, boolean succeeded, Step then) {
    return succeeded ? then : () -> t.sleepFor(ThreadState.FUTEX, "time-out", nanos, then);
  }

  /** A function on an object that then goes on. */
  @FunctionalInterface
  private interface Call {
    void begin(ReplayThread t, long object, Step then);
  }

  private void tryFunction(
      ReplayThread t, long object, boolean succeeded, Step then, Call function) {
    if (succeeded) {
      function.begin(t, object, then);
    } else {
      t.update(object, then);
    }
  }
}
