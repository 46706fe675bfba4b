package org.popcornreplay.replay.network;

import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.time.EventQueue;

/**
 * A write into another node's memory. It shares NICs and switches with the messages; what it takes
 * without them is one figure of the profile, which has all latencies up to the completion in it.
 */
final class RdmaWrite extends WireTrip {
  private final EventQueue queue;
  private final long bytes;
  private final long wireNanos;
  private final long issuedNanos;
  private final long aloneNanos;
  private final long startUpNanos;
  private final Step completed;

  /**
   * A write.
   *
   * @param startUpNanos from its start to its completion, wire time left out
   */
  RdmaWrite(
      EventQueue queue,
      Fabric fabric,
      int from,
      int to,
      long bytes,
      long startUpNanos,
      Step completed) {
    // What it changes in the other memory nobody looks at before a message says so.
    super(queue, fabric, from, to, from);
    this.queue = queue;
    this.bytes = bytes;
    this.startUpNanos = startUpNanos;
    this.completed = completed;
    issuedNanos = queue.nowNanos();
    wireNanos = fabric.framing().timing(bytes).messageNanos();
    aloneNanos = fabric.aloneNanos(from, to, bytes);
  }

  @Override
  long bytes() {
    return bytes;
  }

  @Override
  public void run() {
    goOn();
  }

  @Override
  void arrived() {
    long waitedNanos = queue.nowNanos() - issuedNanos - aloneNanos;
    long end = issuedNanos + wireNanos + startUpNanos + waitedNanos;
    queue.at(from, Math.max(queue.nowNanos(), end), completed);
  }
}
