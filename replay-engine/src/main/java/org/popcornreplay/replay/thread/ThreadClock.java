package org.popcornreplay.replay.thread;

/** Which instruction of a thread executes when, while it runs user code on one node. */
final class ThreadClock {
  private static final long FEMTOS_PER_NANO = 1_000_000L;

  // Instruction baseInstructions executes at baseNanos.
  private long baseNanos;
  private long baseInstructions;
  private boolean still;

  /** The thread goes on at this moment, with the instruction at which it stopped. */
  void goesOnAt(long nanos) {
    baseNanos = nanos;
  }

  /** At this moment the thread has executed so many instructions. */
  void set(long instructions, long nanos) {
    baseInstructions = Math.max(baseInstructions, instructions);
    baseNanos = nanos;
  }

  /** Whether the thread executes the same few instructions again and again. */
  void standStill(boolean on) {
    still = on;
  }

  /** The thread stops now. */
  void stop(long nanos, long femtosPerInstruction) {
    baseInstructions = Math.max(baseInstructions, instructionsAt(nanos, femtosPerInstruction));
  }

  /** The thread stands still for so long from now on. */
  void delay(long nowNanos, long nanos, long femtosPerInstruction) {
    stop(nowNanos, femtosPerInstruction);
    baseNanos = Math.max(baseNanos, nowNanos) + nanos;
  }

  /** Instructions executed when the clock was last set or stopped. */
  long instructions() {
    return baseInstructions;
  }

  long timeOf(long instructions, long femtosPerInstruction) {
    long ahead = instructions - baseInstructions;
    return ahead <= 0 ? baseNanos : baseNanos + ahead * femtosPerInstruction / FEMTOS_PER_NANO;
  }

  long instructionsAt(long nanos, long femtosPerInstruction) {
    if (femtosPerInstruction == 0 || nanos <= baseNanos || still) {
      return baseInstructions;
    }
    return baseInstructions + (nanos - baseNanos) * FEMTOS_PER_NANO / femtosPerInstruction;
  }
}
