package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.popcornreplay.protocol.Popcorn;
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
  private static final int ALL = Integer.MAX_VALUE;
  private static final int NOBODY = -1;

  /** Where the futex words of a {@code pthread_cond_t} begin, in bytes, and how long one is. */
  private static final int CONDITION_WORDS = 40;

  private static final int WORD_BYTES = 4;

  /** A mutex: 0 free, 1 held, 2 held with waiters, like the futex word of glibc. */
  private static final class Mutex {
    int word;
    int owner = NOBODY;
    int depth;
  }

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

  private static final class Barrier {
    int count;
    int arrived;
    long round;
  }

  private static final class Semaphore {
    final IntArrayList sleepers = new IntArrayList();
    long value;
    int waiters;
  }

  private static final class ReadWriteLock {
    int readers;
    int writer = NOBODY;
    int waiters;
  }

  private final RunContext run;
  private final RecordedOrder order;
  private final Long2ObjectOpenHashMap<Mutex> mutexes = new Long2ObjectOpenHashMap<>();
  private final Long2ObjectOpenHashMap<Condition> conditions = new Long2ObjectOpenHashMap<>();
  private final Long2ObjectOpenHashMap<Barrier> barriers = new Long2ObjectOpenHashMap<>();
  private final Long2ObjectOpenHashMap<Semaphore> semaphores = new Long2ObjectOpenHashMap<>();
  private final Long2ObjectOpenHashMap<ReadWriteLock> locks = new Long2ObjectOpenHashMap<>();

  Synchronisation(RunContext run, RecordedOrder order) {
    this.run = run;
    this.order = order;
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
      case MUTEX_LOCK -> lock(t, object, then);
      case SPIN_LOCK -> lock(t, object, then);
      case MUTEX_UNLOCK, SPIN_UNLOCK -> unlock(t, object, then);
      case COND_WAIT -> waitFor(t, object, e.argument(0), then);
      case COND_SIGNAL -> signal(t, object, 1, then);
      case COND_BROADCAST -> signal(t, object, ALL, then);
      case BARRIER_INIT -> {
        barrier(object).count = (int) Math.max(1, Math.min(ALL, e.argument(0)));
        t.touch(object, true, then);
      }
      case BARRIER_WAIT -> await(t, object, then);
      case SEM_INIT -> {
        semaphore(object).value = e.argument(0);
        t.touch(object, true, then);
      }
      case SEM_WAIT -> down(t, object, then);
      case SEM_POST -> up(t, object, then);
      case RWLOCK_RDLOCK -> lockShared(t, object, then);
      case RWLOCK_WRLOCK -> lockExclusive(t, object, then);
      case RWLOCK_UNLOCK -> unlockShared(t, object, then);
      case JOIN -> join(t, (int) e.argument(1), then);
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
      case MUTEX_TRYLOCK, SPIN_TRYLOCK -> tryFunction(t, object, succeeded, then, this::lock);
      case SEM_TRYWAIT -> tryFunction(t, object, succeeded, then, this::down);
      case RWLOCK_TRYRDLOCK -> tryFunction(t, object, succeeded, then, this::lockShared);
      case RWLOCK_TRYWRLOCK -> tryFunction(t, object, succeeded, then, this::lockExclusive);
      case MUTEX_TIMEDLOCK ->
          tryFunction(t, object, succeeded, outOfTime(t, waitedNanos, succeeded, then), this::lock);
      case SEM_TIMEDWAIT ->
          tryFunction(t, object, succeeded, outOfTime(t, waitedNanos, succeeded, then), this::down);
      case COND_TIMEDWAIT -> {
        if (succeeded) {
          waitFor(t, object, e.argument(0), then);
        } else {
          waitInVain(t, object, e.argument(0), waitedNanos, then);
        }
      }
      default -> then.run();
    }
  }

  private static Step outOfTime(ReplayThread t, long nanos, boolean succeeded, Step then) {
    return succeeded ? then : () -> t.sleepFor(ThreadState.FUTEX, "time-out", nanos, then);
  }

  /** A wait for a condition that no signal ends: signals are for others. */
  private void waitInVain(ReplayThread t, long object, long mutex, long nanos, Step then) {
    Step again = () -> t.update(object, () -> lock(t, mutex, then));
    t.update(
        object,
        () -> unlock(t, mutex, () -> t.sleepFor(ThreadState.FUTEX, "time-out", nanos, again)));
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

  private void futexWait(
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

  private void futexWake(ReplayThread t, long address, int count, Step then) {
    long page = run.scale().pageOf(address);
    t.operate(
        ThreadState.FUTEX,
        "futex wake",
        address,
        (popcorn, ended) -> popcorn.futexWake(t.number(), page, address, count, ended),
        woken -> then.run());
  }

  /** Runs {@code then} when it is the thread's turn on an object that keeps its order. */
  private void inTurn(ReplayThread t, long object, Step then) {
    if (!order.keepsOrder(object) || order.mayAcquire(t.number(), object)) {
      then.run();
      return;
    }
    t.waitFor(ThreadState.IDLE, "its turn in the recorded order", object, then);
    order.awaitAcquire(t.number(), object, () -> run.turnComes(t, "order"));
  }

  private void acquired(ReplayThread t, long object) {
    if (order.keepsOrder(object)) {
      run.takesTurn(t);
      order.acquired(t.number(), object);
    }
  }

  /** The functions read an object's kind, flags or value before their first locked operation. */
  private static void readAndUpdate(ReplayThread t, long object, Step then) {
    t.touch(object, false, () -> t.update(object, then));
  }

  // ---- Mutexes.

  private Mutex mutex(long object) {
    Mutex mutex = mutexes.get(object);
    if (mutex == null) {
      mutex = new Mutex();
      mutexes.put(object, mutex);
    }
    return mutex;
  }

  /** Whether the thread has the mutex. */
  boolean holds(ReplayThread t, long object) {
    return mutex(object).owner == t.number();
  }

  /** Locks a mutex. */
  void lock(ReplayThread t, long object, Step then) {
    Mutex mutex = mutex(object);
    if (mutex.owner == t.number()) {
      mutex.depth++;
      inTurn(
          t,
          object,
          () -> {
            acquired(t, object);
            t.touch(object, true, then);
          });
      return;
    }
    inTurn(t, object, () -> readAndUpdate(t, object, () -> tryLock(t, object, mutex, then)));
  }

  private void tryLock(ReplayThread t, long object, Mutex mutex, Step then) {
    if (mutex.word == 0) {
      take(t, object, mutex, 1, then);
    } else if (mutex.word == 2) {
      sleepOn(t, object, mutex, then);
    } else {
      exchange(t, object, mutex, then);
    }
  }

  private void take(ReplayThread t, long object, Mutex mutex, int word, Step then) {
    mutex.word = word;
    mutex.owner = t.number();
    mutex.depth = 1;
    acquired(t, object);
    then.run();
  }

  private void exchange(ReplayThread t, long object, Mutex mutex, Step then) {
    t.update(
        object,
        () -> {
          int old = mutex.word;
          if (old == 0) {
            take(t, object, mutex, 2, then);
          } else {
            mutex.word = 2;
            sleepOn(t, object, mutex, then);
          }
        });
  }

  private void sleepOn(ReplayThread t, long object, Mutex mutex, Step then) {
    futexWait(
        t,
        "lock held by thread " + mutex.owner,
        object,
        () -> mutex.word == 2,
        woken -> exchange(t, object, mutex, then));
  }

  /** Unlocks a mutex. */
  void unlock(ReplayThread t, long object, Step then) {
    Mutex mutex = mutex(object);
    if (mutex.owner == t.number() && mutex.depth > 1) {
      mutex.depth--;
      t.touch(object, true, then);
      return;
    }
    readAndUpdate(
        t,
        object,
        () -> {
          boolean contended = mutex.word == 2;
          mutex.word = 0;
          mutex.owner = NOBODY;
          mutex.depth = 0;
          if (contended) {
            futexWake(t, object, 1, then);
          } else {
            then.run();
          }
        });
  }

  // ---- Condition variables.

  private Condition condition(long object) {
    Condition condition = conditions.get(object);
    if (condition == null) {
      condition = new Condition(object);
      conditions.put(object, condition);
    }
    return condition;
  }

  private void waitFor(ReplayThread t, long object, long mutex, Step then) {
    Condition condition = condition(object);
    t.update(
        object,
        () -> {
          Waiter waiter = new Waiter(t.number(), mutex, condition.newer);
          unlock(t, mutex, () -> sleepOn(t, object, waiter, () -> lock(t, mutex, then)));
        });
  }

  private void sleepOn(ReplayThread t, long object, Waiter waiter, Step then) {
    futexWait(
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

  private void signal(ReplayThread t, long object, int count, Step then) {
    Condition condition = condition(object);
    t.touch(
        object,
        false,
        () -> {
          if (!condition.hasUnsignalled()) {
            then.run();
          } else if (count == ALL) {
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
    long word = waiter.group.word;
    long page = run.scale().pageOf(word);
    t.operate(
        ThreadState.FUTEX,
        "futex wake",
        word,
        (popcorn, ended) -> popcorn.futexWakeSleeper(t.number(), page, word, waiter.thread, ended),
        woken -> then.run());
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
    futexWake(t, group.word, ALL, () -> signalGroups(t, condition, then));
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

  // ---- Barriers.

  private Barrier barrier(long object) {
    Barrier barrier = barriers.get(object);
    if (barrier == null) {
      barrier = new Barrier();
      barrier.count = run.barrierCount(object);
      barriers.put(object, barrier);
    }
    return barrier;
  }

  /** Waits at a barrier. */
  void await(ReplayThread t, long object, Step then) {
    Barrier barrier = barrier(object);
    t.update(
        object,
        () -> {
          long round = barrier.round;
          if (++barrier.arrived < barrier.count) {
            awaitRound(t, object, barrier, round, then);
            return;
          }
          t.update(
              object,
              () -> {
                barrier.arrived = 0;
                barrier.round++;
                futexWake(t, object, ALL, () -> t.update(object, then));
              });
        });
  }

  private void awaitRound(ReplayThread t, long object, Barrier barrier, long round, Step then) {
    t.touch(
        object,
        false,
        () -> {
          if (barrier.round != round) {
            t.update(object, then);
            return;
          }
          futexWait(
              t,
              "barrier: " + barrier.arrived + " of " + barrier.count + " arrived",
              object,
              () -> barrier.round == round,
              woken -> awaitRound(t, object, barrier, round, then));
        });
  }

  // ---- Semaphores.

  private Semaphore semaphore(long object) {
    Semaphore semaphore = semaphores.get(object);
    if (semaphore == null) {
      semaphore = new Semaphore();
      semaphores.put(object, semaphore);
    }
    return semaphore;
  }

  private void down(ReplayThread t, long object, Step then) {
    Semaphore semaphore = semaphore(object);
    inTurn(
        t,
        object,
        () ->
            t.touch(
                object,
                false,
                () -> {
                  if (semaphore.value > 0) {
                    t.update(object, () -> takeOne(t, object, semaphore, false, then));
                  } else {
                    t.update(
                        object,
                        () -> {
                          semaphore.waiters++;
                          sleepOn(t, object, semaphore, then);
                        });
                  }
                }));
  }

  private void takeOne(
      ReplayThread t, long object, Semaphore semaphore, boolean waited, Step then) {
    if (semaphore.value > 0) {
      semaphore.value--;
      if (waited) {
        semaphore.waiters--;
      }
      acquired(t, object);
      then.run();
    } else {
      if (!waited) {
        semaphore.waiters++;
      }
      sleepOn(t, object, semaphore, then);
    }
  }

  private void sleepOn(ReplayThread t, long object, Semaphore semaphore, Step then) {
    semaphore.sleepers.add(t.number());
    futexWait(
        t,
        "semaphore",
        object,
        () -> semaphore.value == 0,
        woken -> {
          semaphore.sleepers.rem(t.number());
          t.update(object, () -> takeOne(t, object, semaphore, true, then));
        });
  }

  /**
   * Gives a unit to the thread that came to its semaphore first in the recording, where nothing
   * else can go on: another one has taken what was for it, or a new semaphore lies where that one
   * was.
   *
   * @return false where nobody waits for a semaphore that had a unit in the recording
   */
  boolean giveToEarliest() {
    Semaphore of = null;
    ReplayThread earliest = null;
    for (Semaphore semaphore : semaphores.values()) {
      for (int i = 0; i < semaphore.sleepers.size(); i++) {
        ReplayThread sleeper = run.thread(semaphore.sleepers.getInt(i));
        if (!run.waitsForEver(sleeper)
            && (earliest == null || sleeper.lastSequence() < earliest.lastSequence())) {
          of = semaphore;
          earliest = sleeper;
        }
      }
    }
    if (earliest == null) {
      return false;
    }
    of.value++;
    return run.popcorn().endFutexWait(earliest.number());
  }

  private void up(ReplayThread t, long object, Step then) {
    Semaphore semaphore = semaphore(object);
    readAndUpdate(
        t,
        object,
        () -> {
          semaphore.value++;
          if (semaphore.waiters > 0) {
            futexWake(t, object, 1, then);
          } else {
            then.run();
          }
        });
  }

  // ---- Read-write locks.

  private ReadWriteLock readWriteLock(long object) {
    ReadWriteLock lock = locks.get(object);
    if (lock == null) {
      lock = new ReadWriteLock();
      locks.put(object, lock);
    }
    return lock;
  }

  private void lockShared(ReplayThread t, long object, Step then) {
    Step attempt = () -> tryShared(t, object, readWriteLock(object), then);
    inTurn(t, object, () -> t.touch(object, false, attempt));
  }

  private void tryShared(ReplayThread t, long object, ReadWriteLock lock, Step then) {
    t.update(
        object,
        () -> {
          if (lock.writer == NOBODY) {
            lock.readers++;
            acquired(t, object);
            then.run();
            return;
          }
          lock.waiters++;
          futexWait(
              t,
              "lock held by thread " + lock.writer,
              object,
              () -> lock.writer != NOBODY,
              woken -> {
                lock.waiters--;
                tryShared(t, object, lock, then);
              });
        });
  }

  private void lockExclusive(ReplayThread t, long object, Step then) {
    Step attempt = () -> tryExclusive(t, object, readWriteLock(object), then);
    inTurn(t, object, () -> t.touch(object, false, attempt));
  }

  private void tryExclusive(ReplayThread t, long object, ReadWriteLock lock, Step then) {
    t.update(
        object,
        () -> {
          if (lock.writer == NOBODY && lock.readers == 0) {
            lock.writer = t.number();
            acquired(t, object);
            then.run();
            return;
          }
          lock.waiters++;
          String holder =
              lock.writer == NOBODY ? lock.readers + " readers" : "thread " + lock.writer;
          futexWait(
              t,
              "lock held by " + holder,
              object,
              () -> lock.writer != NOBODY || lock.readers > 0,
              woken -> {
                lock.waiters--;
                tryExclusive(t, object, lock, then);
              });
        });
  }

  private void unlockShared(ReplayThread t, long object, Step then) {
    ReadWriteLock lock = readWriteLock(object);
    readAndUpdate(
        t,
        object,
        () -> {
          if (lock.writer == t.number()) {
            lock.writer = NOBODY;
          } else if (lock.readers > 0) {
            lock.readers--;
          }
          boolean free = lock.writer == NOBODY && lock.readers == 0;
          if (free && lock.waiters > 0) {
            futexWake(t, object, ALL, then);
          } else {
            then.run();
          }
        });
  }

  // ---- Joins.

  /** Waits for the end of a thread as pthread_join does. */
  void join(ReplayThread t, int target, Step then) {
    ReplayThread joined = run.thread(target);
    if (joined == null || joined.hasEnded()) {
      then.run();
      return;
    }
    long word = run.tidAddress(target);
    if (word == 0) {
      t.waitFor(ThreadState.FUTEX, "end of thread " + target, 0, then);
      run.tellEnd(target, () -> run.wakes(t, target, "join"));
      return;
    }
    t.touch(word, false, () -> joinOn(t, target, joined, word, then));
  }

  private void joinOn(ReplayThread t, int target, ReplayThread joined, long word, Step then) {
    if (joined.hasExited()) {
      then.run();
      return;
    }
    futexWait(
        t,
        "end of thread " + target,
        word,
        () -> !joined.hasExited(),
        woken -> joinOn(t, target, joined, word, then));
  }
}
