package org.popcornreplay.replay.thread;

import org.popcornreplay.protocol.World.Step;

/** Waits for the end of a thread. */
final class Joins {
  private final RunContext run;
  private final SynchronisationCalls calls;

  Joins(RunContext run, SynchronisationCalls calls) {
    this.run = run;
    this.calls = calls;
  }

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
    calls.futexWait(
        t,
        "end of thread " + target,
        word,
        () -> !joined.hasExited(),
        woken -> joinOn(t, target, joined, word, then));
  }
}
