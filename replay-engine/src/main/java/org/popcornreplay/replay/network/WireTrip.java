package org.popcornreplay.replay.network;

import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.network.Fabric.Port;
import org.popcornreplay.replay.time.EventQueue;

/** The way of some bytes from NIC to NIC, a step for each switch. */
abstract class WireTrip implements Step {
  final int from;
  final int to;
  private final int lane;
  private final EventQueue queue;
  private final Fabric fabric;
  private long tailNanos;
  private int hop = -1;

  /**
   * A trip.
   *
   * @param lane the node whose steps it takes: that whose memory or queues change at its end
   */
  WireTrip(EventQueue queue, Fabric fabric, int from, int to, int lane) {
    this.queue = queue;
    this.fabric = fabric;
    this.from = from;
    this.to = to;
    this.lane = lane;
  }

  /** How many bytes go, headers left out. */
  abstract long bytes();

  /** The last byte is at the receiving NIC. */
  abstract void arrived();

  /** Whether it is on the wires, so that the next step is one of this class. */
  final boolean onTheWay() {
    return hop >= 0;
  }

  final void leave() {
    hop = 0;
    if (fabric.unlimited()) {
      hop = fabric.switches(from, to);
      queue.after(lane, fabric.latencyNanos(from, to), this);
      return;
    }
    Port nic = fabric.nic(from);
    long begin = Math.max(queue.nowNanos(), nic.freeNanos);
    WireFraming.Timing timing = nic.framing.timing(bytes());
    pass(nic, timing, begin, begin + timing.messageNanos());
  }

  /** The next step: the first segment is at a switch, or the last one at the receiver. */
  final void goOn() {
    if (hop == fabric.switches(from, to)) {
      hop = -1;
      arrived();
      return;
    }
    Port port = fabric.output(from, to, hop);
    hop++;
    long begin = Math.max(queue.nowNanos() + fabric.switchNanos(), port.freeNanos);
    // A faster wire than the one before cannot end before the last segment has come.
    WireFraming.Timing timing = port.framing.timing(bytes());
    long afterTail = tailNanos + fabric.switchNanos() + timing.lastSegmentNanos();
    pass(port, timing, begin, Math.max(begin + timing.messageNanos(), afterTail));
  }

  private void pass(Port port, WireFraming.Timing timing, long begin, long end) {
    port.freeNanos = begin + timing.messageNanos();
    tailNanos = end + port.latencyNanos;
    boolean last = hop == fabric.switches(from, to);
    long next = begin + timing.firstSegmentNanos() + port.latencyNanos;
    queue.at(lane, last ? tailNanos : next, this);
  }
}
