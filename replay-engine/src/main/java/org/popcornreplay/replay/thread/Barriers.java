package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import org.popcornreplay.protocol.World.Step;

/** Barriers. */
final class Barriers {
  private static final class Barrier {
    int count;
    int arrived;
    long round;

    Barrier(int count) {
      this.count = count;
    }
  }

  private final Long2ObjectOpenHashMap<Barrier> barriers = new Long2ObjectOpenHashMap<>();
  private final RunContext run;
  private final SynchronisationCalls calls;

  Barriers(RunContext run, SynchronisationCalls calls) {
    this.run = run;
    this.calls = calls;
  }

  private Barrier barrier(long object) {
    return barriers.computeIfAbsent(object, address -> new Barrier(run.barrierCount(address)));
  }

  /** Makes a barrier for so many threads. */
  void init(ReplayThread t, long object, long count, Step then) {
    barrier(object).count = (int) Math.max(1, Math.min(SynchronisationCalls.ALL, count));
    t.touch(object, true, then);
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
                calls.futexWake(t, object, SynchronisationCalls.ALL, () -> t.update(object, then));
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
          calls.futexWait(
              t,
              "barrier: " + barrier.arrived + " of " + barrier.count + " arrived",
              object,
              () -> barrier.round == round,
              woken -> awaitRound(t, object, barrier, round, then));
        });
  }
}
