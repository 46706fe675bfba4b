package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import org.popcornreplay.protocol.World.Step;

/** Read-write locks. */
final class ReadWriteLocks {
  private static final class ReadWriteLock {
    int readers;
    int writer = SynchronisationCalls.NOBODY;
    int waiters;
  }

  private final Long2ObjectOpenHashMap<ReadWriteLock> locks = new Long2ObjectOpenHashMap<>();
  private final SynchronisationCalls calls;

  ReadWriteLocks(SynchronisationCalls calls) {
    this.calls = calls;
  }

  private ReadWriteLock readWriteLock(long object) {
    return locks.computeIfAbsent(object, address -> new ReadWriteLock());
  }

  /** Locks for reading. */
  void lockShared(ReplayThread t, long object, Step then) {
    Step attempt = () -> tryShared(t, object, readWriteLock(object), then);
    calls.inTurn(t, object, () -> t.touch(object, false, attempt));
  }

  private void tryShared(ReplayThread t, long object, ReadWriteLock lock, Step then) {
    t.update(
        object,
        () -> {
          if (lock.writer == SynchronisationCalls.NOBODY) {
            lock.readers++;
            calls.acquired(t, object);
            then.run();
            return;
          }
          lock.waiters++;
          calls.futexWait(
              t,
              "lock held by thread " + lock.writer,
              object,
              () -> lock.writer != SynchronisationCalls.NOBODY,
              woken -> {
                lock.waiters--;
                tryShared(t, object, lock, then);
              });
        });
  }

  /** Locks for writing. */
  void lockExclusive(ReplayThread t, long object, Step then) {
    Step attempt = () -> tryExclusive(t, object, readWriteLock(object), then);
    calls.inTurn(t, object, () -> t.touch(object, false, attempt));
  }

  private void tryExclusive(ReplayThread t, long object, ReadWriteLock lock, Step then) {
    t.update(
        object,
        () -> {
          if (lock.writer == SynchronisationCalls.NOBODY && lock.readers == 0) {
            lock.writer = t.number();
            calls.acquired(t, object);
            then.run();
            return;
          }
          lock.waiters++;
          String holder =
              lock.writer == SynchronisationCalls.NOBODY
                  ? lock.readers + " readers"
                  : "thread " + lock.writer;
          calls.futexWait(
              t,
              "lock held by " + holder,
              object,
              () -> lock.writer != SynchronisationCalls.NOBODY || lock.readers > 0,
              woken -> {
                lock.waiters--;
                tryExclusive(t, object, lock, then);
              });
        });
  }

  /** Unlocks, whatever it was locked for. */
  void unlock(ReplayThread t, long object, Step then) {
    ReadWriteLock lock = readWriteLock(object);
    calls.readAndUpdate(
        t,
        object,
        () -> {
          if (lock.writer == t.number()) {
            lock.writer = SynchronisationCalls.NOBODY;
          } else if (lock.readers > 0) {
            lock.readers--;
          }
          boolean free = lock.writer == SynchronisationCalls.NOBODY && lock.readers == 0;
          if (free && lock.waiters > 0) {
            calls.futexWake(t, object, SynchronisationCalls.ALL, then);
          } else {
            then.run();
          }
        });
  }
}
