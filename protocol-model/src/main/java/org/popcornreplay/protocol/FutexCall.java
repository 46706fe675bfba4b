package org.popcornreplay.protocol;

/**
 * What a futex system call is asked to do, the same at the caller, in the message, at the origin.
 */
public final class FutexCall {
  private final boolean wait;
  private final long page;
  private final long address;
  private final Popcorn.FutexWord word;
  private final int count;
  private final long timeoutNanos;

  private FutexCall(
      boolean wait, long page, long address, Popcorn.FutexWord word, int count, long timeoutNanos) {
    this.wait = wait;
    this.page = page;
    this.address = address;
    this.word = word;
    this.count = count;
    this.timeoutNanos = timeoutNanos;
  }

  static FutexCall wait(long page, long address, Popcorn.FutexWord word, long timeoutNanos) {
    return new FutexCall(true, page, address, word, 0, timeoutNanos);
  }

  static FutexCall wake(long page, long address, int count) {
    return new FutexCall(false, page, address, () -> true, count, Popcorn.NO_TIMEOUT);
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

  long timeoutNanos() {
    return timeoutNanos;
  }

  /** {@code wait} or {@code wake}. */
  public String operation() {
    return wait ? "wait" : "wake";
  }

  void digest(Digest digest) {
    digest.add(wait).add(address).add(count);
  }
}
