package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import org.popcornreplay.protocol.World.Step;

/** Semaphores. */
final class Semaphores {
  private static final class Semaphore {
    final IntArrayList sleepers = new IntArrayList();
    long value;
    int waiters;
  }

  private final Long2ObjectOpenHashMap<Semaphore> semaphores = new Long2ObjectOpenHashMap<>();
  private final RunContext run;
  private final SynchronisationCalls calls;

  Semaphores(RunContext run, SynchronisationCalls calls) {
    this.run = run;
    this.calls = calls;
  }

  private Semaphore semaphore(long object) {
    return semaphores.computeIfAbsent(object, address -> new Semaphore());
  }

  /** Makes a semaphore of so many units. */
  void init(ReplayThread t, long object, long value, Step then) {
    semaphore(object).value = value;
    t.touch(object, true, then);
  }

  /** Takes a unit. */
  void down(ReplayThread t, long object, Step then) {
    Semaphore semaphore = semaphore(object);
    calls.inTurn(
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
      calls.acquired(t, object);
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
    calls.futexWait(
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

  /** Gives a unit. */
  void up(ReplayThread t, long object, Step then) {
    Semaphore semaphore = semaphore(object);
    calls.readAndUpdate(
        t,
        object,
        () -> {
          semaphore.value++;
          if (semaphore.waiters > 0) {
            calls.futexWake(t, object, 1, then);
          } else {
            then.run();
          }
        });
  }
}
