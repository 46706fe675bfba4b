package org.popcornreplay.replay.network;

import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.replay.cpu.Cores;
import org.popcornreplay.replay.cpu.NodeSpeeds;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.time.EventQueue;

/**
 * The message patterns of {@code bench/peers/ns3-network.cc} on our network, without the costs of
 * kernel and processors. Takes the same arguments and prints the same number.
 */
public final class NetworkPatterns {
  private static final int REQUEST_BYTES = 58;
  private static final int PAGE_BYTES = 4130;

  private final EventQueue queue;
  private final Network network;
  private final int nodes;
  private long lastNanos;
  private long arrived;

  private NetworkPatterns(int nodes, CostProfile profile) {
    this.nodes = nodes;
    queue = new EventQueue(nodes);
    Cores[] cores = new Cores[nodes];
    for (int n = 0; n < nodes; n++) {
      cores[n] = new Cores(queue, n, 1, 4_000_000, 0);
    }
    network = new Network(queue, cores, NodeSpeeds.alike(nodes), profile, Network.Transport.TCP);
  }

  /** Runs one pattern: PATTERN MESSAGES NODES LINK_NS SWITCH_NS BITS_PER_SECOND. */
  public static void main(String[] args) {
    long nanos =
        nanos(
            args[0],
            Long.parseLong(args[1]),
            Integer.parseInt(args[2]),
            Long.parseLong(args[3]),
            Long.parseLong(args[4]),
            Long.parseLong(args[5]));
    System.out.println(nanos);
  }

  static long nanos(
      String pattern, long messages, int nodes, long linkNanos, long switchNanos, long rate) {
    CostProfile profile =
        ProfileFile.load("ideal")
            .with(ProfileKey.BANDWIDTH, Long.toString(rate))
            .with(ProfileKey.LINK_LATENCY, Long.toString(linkNanos))
            .with(ProfileKey.SWITCH_LATENCY, Long.toString(switchNanos));
    NetworkPatterns patterns = new NetworkPatterns(nodes, profile);
    switch (pattern) {
      case "uncontended" -> patterns.uncontended(messages / 2);
      case "contended" -> patterns.toOne(nodes - 1, messages);
      case "bulk" -> patterns.toOne(1, messages);
      default -> throw new IllegalArgumentException("pattern=" + pattern);
    }
    return patterns.lastNanos;
  }

  private void uncontended(long rounds) {
    network.connect(
        message -> {
          lastNanos = queue.nowNanos();
          arrived++;
          if (message.to() == 0) {
            network.send(message(0, 1, PAGE_BYTES), null);
          } else if (arrived < 2 * rounds) {
            network.send(message(1, 0, REQUEST_BYTES), null);
          }
        });
    network.send(message(1, 0, REQUEST_BYTES), null);
    run(2 * rounds);
  }

  private void toOne(int senders, long messages) {
    network.connect(
        message -> {
          lastNanos = queue.nowNanos();
          arrived++;
        });
    for (long i = 0; i < messages; i++) {
      for (int sender = 1; sender <= senders; sender++) {
        network.send(message(sender, 0, PAGE_BYTES), null);
      }
    }
    run(messages * senders);
  }

  private static Message message(int from, int to, int bytes) {
    return new Message(MessageType.TEST_REQUEST, from, to, bytes, -1, -1);
  }

  private void run(long expected) {
    long steps = 0;
    while (queue.runNext()) {
      steps++;
    }
    if (arrived != expected) {
      throw new IllegalStateException(
          "arrived=" + arrived + " of " + expected + " on " + nodes + " nodes in " + steps);
    }
  }
}
