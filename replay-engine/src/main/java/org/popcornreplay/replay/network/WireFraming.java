package org.popcornreplay.replay.network;

/** What a message takes on the wire: segments with their headers, at a line rate. */
final class WireFraming {
  /**
   * The times of a message.
   *
   * @param messageNanos all of it at line rate, headers of all segments included
   * @param firstSegmentNanos its first segment
   * @param lastSegmentNanos its last segment
   */
  record Timing(
      long messageBytes, long messageNanos, long firstSegmentNanos, long lastSegmentNanos) {}

  /** Messages have few sizes, and each costs several divisions. */
  private static final int KNOWN = 64;

  private static final long BITS_PER_BYTE_NANOS = 8_000_000_000L;

  private final int segmentBytes;
  private final int headerBytes;
  private final long bitsPerSecond;
  private final Timing[] known = new Timing[KNOWN];

  WireFraming(int segmentBytes, int headerBytes, long bitsPerSecond) {
    this.segmentBytes = segmentBytes;
    this.headerBytes = headerBytes;
    this.bitsPerSecond = bitsPerSecond;
  }

  int segmentBytes() {
    return segmentBytes;
  }

  /** True where the wire takes no time and so never makes anything wait. */
  boolean unlimited() {
    return bitsPerSecond == 0;
  }

  /** The times of a message of so many bytes. */
  Timing timing(long messageBytes) {
    int slot = (int) (messageBytes ^ (messageBytes >>> 6)) & (KNOWN - 1);
    Timing timing = known[slot];
    if (timing == null || timing.messageBytes != messageBytes) {
      long segments = Math.max(1, (messageBytes + segmentBytes - 1) / segmentBytes);
      timing =
          new Timing(
              messageBytes,
              nanos(messageBytes + segments * headerBytes),
              nanos(Math.min(messageBytes, segmentBytes) + headerBytes),
              nanos(messageBytes - (segments - 1) * segmentBytes + headerBytes));
      known[slot] = timing;
    }
    return timing;
  }

  private long nanos(long bytes) {
    if (bitsPerSecond == 0) {
      return 0;
    }
    return (bytes * BITS_PER_BYTE_NANOS + bitsPerSecond / 2) / bitsPerSecond;
  }
}
