package org.popcornreplay.replay.network;

import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileKey;

/**
 * The wires: NICs, and either one switch or a tree of two levels, a switch for each rack of
 * neighbouring nodes and one above them. Each NIC and each output of a switch serves what comes to
 * it in order of arrival at its line rate; a switch passes a message on once its first segment is
 * there.
 */
final class Fabric {
  /** An output: a NIC's, or that of a switch towards a node, a rack or the upper switch. */
  static final class Port {
    final WireFraming framing;
    final long latencyNanos;
    long freeNanos;

    Port(WireFraming framing, long latencyNanos) {
      this.framing = framing;
      this.latencyNanos = latencyNanos;
    }
  }

  private final WireFraming framing;
  private final WireFraming uplinkFraming;
  private final long hopNanos;
  private final long uplinkNanos;
  private final long switchNanos;
  private final int rackNodes;
  private final Port[] nics;
  private final Port[] down;
  private final Port[] rackUp;
  private final Port[] rackDown;
  private final boolean oneRack;

  Fabric(CostProfile profile, int nodes) {
    int segmentBytes = (int) Math.min(1 << 20, profile.number(ProfileKey.SEGMENT_BYTES));
    int headerBytes = (int) Math.min(1 << 20, profile.number(ProfileKey.SEGMENT_HEADER_BYTES));
    framing = new WireFraming(segmentBytes, headerBytes, profile.number(ProfileKey.BANDWIDTH));
    uplinkFraming =
        new WireFraming(segmentBytes, headerBytes, profile.number(ProfileKey.UPLINK_BANDWIDTH));
    hopNanos = profile.number(ProfileKey.LINK_LATENCY);
    uplinkNanos = profile.number(ProfileKey.UPLINK_LATENCY);
    switchNanos = profile.number(ProfileKey.SWITCH_LATENCY);
    boolean tree = profile.text(ProfileKey.TOPOLOGY).equals("tree");
    rackNodes = tree ? (int) Math.min(nodes, profile.number(ProfileKey.RACK_NODES)) : nodes;
    int racks = (nodes + rackNodes - 1) / rackNodes;
    oneRack = racks == 1;
    nics = ports(nodes, framing, hopNanos);
    down = ports(nodes, framing, hopNanos);
    rackUp = ports(racks, uplinkFraming, uplinkNanos);
    rackDown = ports(racks, uplinkFraming, uplinkNanos);
  }

  private static Port[] ports(int count, WireFraming framing, long latencyNanos) {
    Port[] ports = new Port[count];
    for (int i = 0; i < count; i++) {
      ports[i] = new Port(framing, latencyNanos);
    }
    return ports;
  }

  /** How a node's messages are cut at its NIC. */
  WireFraming framing() {
    return framing;
  }

  long switchNanos() {
    return switchNanos;
  }

  /** Whether the wires never make a message wait, so that only latencies count. */
  boolean unlimited() {
    return framing.unlimited() && (oneRack || uplinkFraming.unlimited());
  }

  /** The least time from any NIC to another. */
  long leastNanos() {
    return 2 * hopNanos + switchNanos;
  }

  /** Latencies of all cables and switches on the way. */
  long latencyNanos(int from, int to) {
    long direct = 2 * hopNanos + switchNanos;
    return sameRack(from, to) ? direct : direct + 2 * (uplinkNanos + switchNanos);
  }

  /** Time from the first bit on the sender's cable to the last one off the receiver's, alone. */
  long aloneNanos(int from, int to, long bytes) {
    if (unlimited()) {
      return latencyNanos(from, to);
    }
    Port nic = nics[from];
    WireFraming.Timing timing = nic.framing.timing(bytes);
    long head = timing.firstSegmentNanos() + nic.latencyNanos;
    long tail = timing.messageNanos() + nic.latencyNanos;
    for (int i = 0; i < switches(from, to); i++) {
      Port port = output(from, to, i);
      long begin = head + switchNanos;
      timing = port.framing.timing(bytes);
      long afterTail = tail + switchNanos + timing.lastSegmentNanos();
      head = begin + timing.firstSegmentNanos() + port.latencyNanos;
      tail = Math.max(begin + timing.messageNanos(), afterTail) + port.latencyNanos;
    }
    return tail;
  }

  /** Time until an acknowledgement without data is there, if it never waits. */
  long acknowledgementNanos(int from, int to) {
    long wire = latencyNanos(from, to) + 2 * framing.timing(0).messageNanos();
    return sameRack(from, to) ? wire : wire + 2 * uplinkFraming.timing(0).messageNanos();
  }

  private boolean sameRack(int from, int to) {
    return oneRack || from / rackNodes == to / rackNodes;
  }

  /** How many switches a message passes. */
  int switches(int from, int to) {
    return sameRack(from, to) ? 1 : 3;
  }

  Port nic(int node) {
    return nics[node];
  }

  /** The output of the i-th switch on the way. */
  Port output(int from, int to, int i) {
    if (i == switches(from, to) - 1) {
      return down[to];
    }
    return i == 0 ? rackUp[from / rackNodes] : rackDown[to / rackNodes];
  }
}
