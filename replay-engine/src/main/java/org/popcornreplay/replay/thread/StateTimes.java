package org.popcornreplay.replay.thread;

/** What a thread does, since when, and how long it has been in each state. */
@SuppressWarnings("EnumOrdinal") // arrays by the position of a constant within one run
final class StateTimes {
  private final long[] nanos = new long[ThreadState.values().length];
  private ThreadState state = ThreadState.IDLE;
  private long sinceNanos;
  private long stolenNanos;

  /** The time begins to count. */
  void begin(long nowNanos) {
    sinceNanos = nowNanos;
  }

  ThreadState state() {
    return state;
  }

  long sinceNanos() {
    return sinceNanos;
  }

  long nanosIn(ThreadState ofState) {
    return nanos[ofState.ordinal()];
  }

  /** The kernel took the thread's core for so long, while the thread was ready to run. */
  void stolen(long byKernelNanos) {
    stolenNanos += byKernelNanos;
  }

  /** Books the time since the last change and goes on in another state. */
  void change(ThreadState next, long nowNanos) {
    if (nowNanos > sinceNanos) {
      long spent = nowNanos - sinceNanos;
      if (state == ThreadState.COMPUTE && stolenNanos > 0) {
        long stolen = Math.min(stolenNanos, spent);
        nanos[ThreadState.RUN_QUEUE.ordinal()] += stolen;
        spent -= stolen;
      }
      nanos[state.ordinal()] += spent;
    }
    stolenNanos = 0;
    state = next;
    sinceNanos = nowNanos;
  }

  /** The present state has lasted until this moment. */
  void cutOff(long nowNanos) {
    nanos[state.ordinal()] += nowNanos - sinceNanos;
    sinceNanos = nowNanos;
  }
}
