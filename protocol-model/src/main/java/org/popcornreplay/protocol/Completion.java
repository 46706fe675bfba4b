package org.popcornreplay.protocol;

/** Who is told when an operation of a thread has ended. */
@FunctionalInterface
public interface Completion {
  /**
   * The operation has ended. Called once for each operation, in the step in which it ends, possibly
   * before the call that began it returns; the thread may begin its next operation from here.
   *
   * @param result 0 or a count, a negative errno, or one of the codes of {@link Outcome}
   */
  void ended(int thread, int result);
}
