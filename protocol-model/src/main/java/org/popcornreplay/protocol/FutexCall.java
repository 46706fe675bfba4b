package org.popcornreplay.protocol;

/**
 * What a futex system call is asked to do, the same at the caller, in the message, at the origin.
 */
public final class FutexCall {
  private static final int ANYBODY = -1;

  private final boolean wait;
  private final long page;
  private final long address;
  private final Popcorn.FutexWord word;
  private final int count;
  private final long timeoutNanos;
  private final long clockNanos;
  private final int sleeper;

  private FutexCall(
      boolean wait,
      long page,
      long address,
      Popcorn.FutexWord word,
      int count,
      long timeoutNanos,
      long clockNanos,
      int sleeper) {
    this.wait = wait;
    this.page = page;
    this.address = address;
    this.word = word;
    this.count = count;
    this.timeoutNanos = timeoutNanos;
    this.clockNanos = clockNanos;
    this.sleeper = sleeper;
  }

  static FutexCall wait(
      long page, long address, Popcorn.FutexWord word, long timeoutNanos, long clockNanos) {
    return new FutexCall(true, page, address, word, 0, timeoutNanos, clockNanos, ANYBODY);
  }

  static FutexCall wake(long page, long address, int count) {
    return wake(page, address, count, ANYBODY);
  }

  static FutexCall wakeSleeper(long page, long address, int sleeper) {
    return wake(page, address, 1, sleeper);
  }

  private static FutexCall wake(long page, long address, int count, int sleeper) {
    return new FutexCall(
        false, page, address, () -> true, count, Popcorn.NO_TIMEOUT, Popcorn.NO_TIMEOUT, sleeper);
  }

  boolean isWait() {
    return wait;
  }

  long page() {
    return page;
  }

  long address() {
    return address;
  }

  Popcorn.FutexWord word() {
    return word;
  }

  int count() {
    return count;
  }

  /** Whether a wake is for this sleeper. */
  boolean isFor(int thread) {
    return sleeper == ANYBODY || sleeper == thread;
  }

  /** How long it may sleep from now on, or {@link Popcorn#NO_TIMEOUT}. */
  long timeoutNanos() {
    return timeoutNanos;
  }

  /** What the caller passed where that is a moment of a clock, or {@link Popcorn#NO_TIMEOUT}. */
  long clockNanos() {
    return clockNanos;
  }

  /** {@code wait} or {@code wake}. */
  public String operation() {
    return wait ? "wait" : "wake";
  }

  void digest(Digest digest) {
    digest.add(wait).add(address).add(count);
    if (sleeper != ANYBODY) {
      digest.addThread(sleeper);
    }
  }
}
