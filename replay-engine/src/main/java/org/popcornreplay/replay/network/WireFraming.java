package org.popcornreplay.replay.network;

/** What a message takes on the wire: segments with their headers, at a line rate. */
final class WireFraming {
  private static final long BITS_PER_BYTE_NANOS = 8_000_000_000L;

  private final int segmentBytes;
  private final int headerBytes;
  private final long bitsPerSecond;

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

  /** Bytes on the wire of a message, headers of all segments included. */
  long wireBytes(long messageBytes) {
    long segments = Math.max(1, (messageBytes + segmentBytes - 1) / segmentBytes);
    return messageBytes + segments * headerBytes;
  }

  /** Nanoseconds that a message takes at line rate. */
  long messageNanos(long messageBytes) {
    return nanos(wireBytes(messageBytes));
  }

  /** Nanoseconds that the first segment of a message takes. */
  long firstSegmentNanos(long messageBytes) {
    return nanos(Math.min(messageBytes, segmentBytes) + headerBytes);
  }

  /** Nanoseconds that the last segment of a message takes. */
  long lastSegmentNanos(long messageBytes) {
    long segments = Math.max(1, (messageBytes + segmentBytes - 1) / segmentBytes);
    return nanos(messageBytes - (segments - 1) * segmentBytes + headerBytes);
  }

  private long nanos(long bytes) {
    if (bitsPerSecond == 0) {
      return 0;
    }
    return (bytes * BITS_PER_BYTE_NANOS + bitsPerSecond / 2) / bitsPerSecond;
  }
}
