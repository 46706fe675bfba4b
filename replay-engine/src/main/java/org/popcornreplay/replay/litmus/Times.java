package org.popcornreplay.replay.litmus;

/** Durations as litmus files write them. */
final class Times {
  private Times() {}

  /** Microseconds where that is exact, else nanoseconds. */
  static String text(long nanos) {
    return nanos % 1_000 == 0 ? nanos / 1_000 + "us" : nanos + "ns";
  }
}
