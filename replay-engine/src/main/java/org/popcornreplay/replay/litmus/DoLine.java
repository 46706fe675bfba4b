package org.popcornreplay.replay.litmus;

/**
 * {@code do THREAD OP}.
 *
 * @param afterNanos the {@code @ DURATION} since the block began; {@link #AT_ONCE} without one
 * @param expected the outcome's name after {@code ->}; null without one
 * @param text the operation as the file has it, for messages
 */
record DoLine(
    int line,
    ThreadLine thread,
    Operation operation,
    long afterNanos,
    Ending expected,
    String text) {
  /** No {@code @}: starts when the thread's previous operation has ended. */
  static final long AT_ONCE = -1;
}
