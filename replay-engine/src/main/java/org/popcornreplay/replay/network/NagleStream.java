package org.popcornreplay.replay.network;

import java.util.ArrayDeque;

/**
 * One direction of a TCP connection without TCP_NODELAY. A message whose last segment is not full
 * waits while an earlier such segment is unacknowledged. The receiver acknowledges at once when it
 * holds more than one full segment, with its next data in the other direction, or after a delay.
 */
final class NagleStream {
  private final Network network;
  private final Link link;
  private final int segmentBytes;
  private final ArrayDeque<Flight> held = new ArrayDeque<>();
  private boolean smallOutstanding;
  private long writtenBytes;
  private long smallEndBytes;
  private long receivedBytes;
  private long acknowledgedBytes;
  private boolean timerSet;

  NagleStream(Network network, Link link) {
    this.network = network;
    this.link = link;
    segmentBytes = network.fabric().framing().segmentBytes();
  }

  void write(Flight flight) {
    held.add(flight);
    if (!smallOutstanding) {
      flush();
    }
  }

  private void flush() {
    long batch = 0;
    for (Flight flight = held.poll(); flight != null; flight = held.poll()) {
      batch += flight.bytes();
      flight.leave();
    }
    writtenBytes += batch;
    if (batch % segmentBytes != 0) {
      smallOutstanding = true;
      smallEndBytes = writtenBytes;
    }
    rideBack();
  }

  /** Data on its way carries the acknowledgement of the other direction. */
  private void rideBack() {
    NagleStream other = network.stream(network.link(link.to, link.from));
    if (other.receivedBytes > other.acknowledgedBytes) {
      other.acknowledge(other.receivedBytes);
    }
  }

  void arrived(int bytes) {
    receivedBytes += bytes;
    if (receivedBytes - acknowledgedBytes > 2L * segmentBytes) {
      // Full segments are acknowledged in pairs; the rest at the end waits.
      acknowledge(receivedBytes - bytes % segmentBytes);
    }
    if (receivedBytes > acknowledgedBytes && !timerSet) {
      timerSet = true;
      network.queue().after(link.to, network.delayedAckNanos(), this::delayEnds);
    }
  }

  private void delayEnds() {
    timerSet = false;
    if (receivedBytes > acknowledgedBytes) {
      acknowledge(receivedBytes);
    }
  }

  private void acknowledge(long upTo) {
    acknowledgedBytes = upTo;
    network
        .queue()
        .after(
            link.from,
            network.fabric().acknowledgementNanos(link.to, link.from),
            () -> acknowledged(upTo));
  }

  private void acknowledged(long upTo) {
    if (smallOutstanding && upTo >= smallEndBytes) {
      smallOutstanding = false;
      if (!held.isEmpty()) {
        flush();
      }
    }
  }
}
