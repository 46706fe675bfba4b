package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import org.popcornreplay.protocol.World.Step;

/** Mutexes and spin locks. */
final class Mutexes {
  /** A mutex: 0 free, 1 held, 2 held with waiters, like the futex word of glibc. */
  private static final class Mutex {
    int word;
    int owner = SynchronisationCalls.NOBODY;
    int depth;
  }

  private final Long2ObjectOpenHashMap<Mutex> mutexes = new Long2ObjectOpenHashMap<>();
  private final SynchronisationCalls calls;

  Mutexes(SynchronisationCalls calls) {
    this.calls = calls;
  }

  private Mutex mutex(long object) {
    return mutexes.computeIfAbsent(object, address -> new Mutex());
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
      calls.inTurn(
          t,
          object,
          () -> {
            calls.acquired(t, object);
            t.touch(object, true, then);
          });
      return;
    }
    calls.inTurn(
        t, object, () -> calls.readAndUpdate(t, object, () -> tryLock(t, object, mutex, then)));
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
    calls.acquired(t, object);
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
    calls.futexWait(
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
    calls.readAndUpdate(
        t,
        object,
        () -> {
          boolean contended = mutex.word == 2;
          mutex.word = 0;
          mutex.owner = SynchronisationCalls.NOBODY;
          mutex.depth = 0;
          if (contended) {
            calls.futexWake(t, object, 1, then);
          } else {
            then.run();
          }
        });
  }
}
