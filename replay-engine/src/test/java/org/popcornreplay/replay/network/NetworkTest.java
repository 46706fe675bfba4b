package org.popcornreplay.replay.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.replay.cpu.Cores;
import org.popcornreplay.replay.cpu.NodeSpeeds;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.time.EventQueue;

/** The network against closed forms: 1 Gb/s, hops of 10 us, a switch of 1 us, 90 header bytes. */
class NetworkTest {
  private static final int NODES = 4;
  private static final long HOP = 10_000;
  private static final long SWITCH = 1_000;

  private EventQueue queue;
  private final List<Long> arrivals = new ArrayList<>();
  private final List<Message> received = new ArrayList<>();

  @BeforeEach
  void clear() {
    arrivals.clear();
    received.clear();
  }

  private Network network(String... settings) {
    CostProfile profile =
        ProfileFile.load("ideal")
            .with(ProfileKey.BANDWIDTH, "1000000000")
            .with(ProfileKey.LINK_LATENCY, Long.toString(HOP))
            .with(ProfileKey.SWITCH_LATENCY, Long.toString(SWITCH));
    Network.Transport transport = Network.Transport.TCP;
    for (int i = 0; i < settings.length; i += 2) {
      if (settings[i].equals("transport")) {
        transport = Network.Transport.valueOf(settings[i + 1]);
      } else {
        profile = profile.with(ProfileKey.ofKey(settings[i]), settings[i + 1]);
      }
    }
    queue = new EventQueue(NODES);
    Cores[] cores = new Cores[NODES];
    for (int n = 0; n < NODES; n++) {
      cores[n] = new Cores(queue, n, 1, 4_000_000, 0);
    }
    Network network = new Network(queue, cores, NodeSpeeds.alike(NODES), profile, transport);
    network.connect(
        message -> {
          arrivals.add(queue.nowNanos());
          received.add(message);
        });
    return network;
  }

  private static Message message(int from, int to, int bytes) {
    return new Message(MessageType.TEST_REQUEST, from, to, bytes, -1, -1);
  }

  private static long wire(long bytes) {
    return 8 * bytes;
  }

  private void run() {
    while (queue.runNext()) {
      assertEquals(true, queue.nowNanos() >= 0);
    }
  }

  @Test
  void aSmallMessageIsStoredAndForwardedOnce() {
    Network network = network();
    network.send(message(0, 1, 58), null);
    run();
    assertEquals(List.of(2 * wire(58 + 90) + 2 * HOP + SWITCH), arrivals);
  }

  @Test
  void aPageIsPassedOnFromItsFirstSegment() {
    Network network = network();
    network.send(message(0, 1, 4130), null);
    run();
    long total = wire(4130 + 3 * 90);
    assertEquals(List.of(total + wire(1448 + 90) + 2 * HOP + SWITCH), arrivals);
  }

  @Test
  void messagesOfOneLinkArriveInOrderOneWireTimeApart() {
    Network network = network();
    for (int i = 0; i < 5; i++) {
      network.send(message(0, 1, 1448), null);
    }
    run();
    for (int i = 1; i < 5; i++) {
      assertEquals(wire(1448 + 90), arrivals.get(i) - arrivals.get(i - 1));
    }
    assertEquals(4, received.get(4).sequence());
  }

  @Test
  void twoSendersShareThePortOfTheirReceiver() {
    Network network = network();
    network.send(message(0, 2, 1448), null);
    network.send(message(1, 2, 1448), null);
    run();
    assertEquals(wire(1448 + 90), arrivals.get(1) - arrivals.get(0));
  }

  @Test
  void oneSenderSharesItsNicBetweenReceivers() {
    Network network = network();
    network.send(message(0, 1, 1448), null);
    network.send(message(0, 2, 1448), null);
    run();
    assertEquals(wire(1448 + 90), arrivals.get(1) - arrivals.get(0));
  }

  @Test
  void sendAndReceiveThreadsWorkOnTheCores() {
    Network network = network("send_message", "2000", "receive_message", "3000");
    network.send(message(0, 1, 58), null);
    network.send(message(0, 1, 58), null);
    run();
    long first = 2000 + 2 * wire(58 + 90) + 2 * HOP + SWITCH + 3000;
    assertEquals(List.of(first, first + 3000), arrivals);
  }

  @Test
  void aBlockingSendGoesOnWhenTheSendThreadHasTakenTheBytes() {
    Network network = network("send_message", "2000");
    List<Long> handedOver = new ArrayList<>();
    network.send(message(0, 1, 58), () -> handedOver.add(queue.nowNanos()));
    run();
    assertEquals(List.of(2000L), handedOver);
  }

  @Test
  void nagleHoldsTheSecondSmallMessageUntilTheDelayedAcknowledgement() {
    Network network = network("transport", "TCP_NAGLE", "delayed_ack", "40000000");
    network.send(message(0, 1, 58), null);
    network.send(message(0, 1, 58), null);
    run();
    long first = 2 * wire(58 + 90) + 2 * HOP + SWITCH;
    long acknowledgement = 2 * (HOP + wire(90)) + SWITCH;
    assertEquals(List.of(first, first + 40_000_000 + acknowledgement + first), arrivals);
  }

  @Test
  void anRdmaWriteTakesItsWireTimeAndItsStartUp() {
    Network network = network("rdma_write", "42000");
    List<Long> completed = new ArrayList<>();
    network.rdmaWrite(0, 1, 4096, () -> completed.add(queue.nowNanos()));
    run();
    assertEquals(List.of(wire(4096 + 3 * 90) + 42_000), completed);
  }

  @Test
  void rdmaWritesToOneNodeShareItsSwitchPort() {
    Network network = network("rdma_write", "42000");
    List<Long> completed = new ArrayList<>();
    network.rdmaWrite(0, 2, 4096, () -> completed.add(queue.nowNanos()));
    network.rdmaWrite(1, 2, 4096, () -> completed.add(queue.nowNanos()));
    run();
    long alone = wire(4096 + 3 * 90) + 42_000;
    assertEquals(List.of(alone, alone + wire(4096 + 3 * 90)), completed);
  }

  @Test
  void aReceiveThreadThatFindsASendQueueFullHandlesNothingUntilThereIsRoom() {
    Network network = network("send_queue", "2", "send_message", "100000");
    List<Long> handled = new ArrayList<>();
    network.connect(
        message -> {
          if (message.to() == 1) {
            handled.add(queue.nowNanos());
            // One on its way, two in the queue, one that blocks.
            for (int i = 0; i < 4 && handled.size() == 1; i++) {
              network.send(message(1, 2, 58), null);
            }
          }
        });
    network.send(message(0, 1, 58), null);
    network.send(message(3, 1, 58), null);
    network.send(message(0, 1, 58), null);
    run();
    long first = 100_000 + 2 * wire(58 + 90) + 2 * HOP + SWITCH;
    assertEquals(first, handled.get(0));
    // Node 3 has a receive thread of its own at node 1.
    assertEquals(first + wire(58 + 90), handled.get(1));
    // The first link's next message was there at first + 100,000; the send thread of node 1 took
    // its second message, and so made room, at that very moment.
    assertEquals(first + 100_000, handled.get(2));
    assertEquals(1, network.blockedSends());
  }

  @Test
  void aBlockedReceiveThreadWaitsAsLongAsTheQueueAheadOfItsMessage() {
    Network network = network("send_queue", "1", "send_message", "100000");
    List<Long> handled = new ArrayList<>();
    network.connect(
        message -> {
          if (message.to() == 1) {
            handled.add(queue.nowNanos());
            for (int i = 0; i < 5 && handled.size() == 1; i++) {
              network.send(message(1, 2, 58), null);
            }
          }
        });
    network.send(message(0, 1, 58), null);
    network.send(message(0, 1, 58), null);
    run();
    // One on its way, one queued, three blocked: the last has room when the third is taken.
    assertEquals(3, network.blockedSends());
    assertEquals(300_000, handled.get(1) - handled.get(0));
  }

  @Test
  void overRdmaASendIsCompleteWhenTheOtherAdapterHasAcknowledgedIt() {
    Network network = network("transport", "RDMA");
    List<Long> completed = new ArrayList<>();
    network.send(message(0, 1, 58), () -> completed.add(queue.nowNanos()));
    run();
    long there = 2 * wire(58 + 90) + 2 * HOP + SWITCH;
    assertEquals(List.of(there + 2 * HOP + SWITCH), completed);
  }

  @Test
  void aMessageWithoutADescriptorWaitsForACompletionWhereItMay() {
    Network network =
        network("transport", "RDMA", "rdma_descriptors", "2", "rdma_exhausted", "wait");
    for (int i = 0; i < 3; i++) {
      network.send(message(0, 1, 1448), null);
    }
    run();
    long there = 2 * wire(1448 + 90) + 2 * HOP + SWITCH;
    long round = there + 2 * HOP + SWITCH;
    assertEquals(List.of(there, there + wire(1448 + 90), round + there), arrivals);
    assertEquals(1, network.blockedSends());
  }

  @Test
  void aMessageWithoutADescriptorBreaksTheNodeAsInTheKernel() {
    Network network = network("transport", "RDMA", "rdma_descriptors", "2");
    for (int to : new int[] {1, 2, 3}) {
      network.send(message(0, to, 58), null);
    }
    assertTrue(network.failure().contains("node 0 has no RDMA send descriptor left (2 in use)"));
  }

  private static String[] tree(String uplinkRate) {
    return new String[] {
      "topology",
      "tree",
      "rack_nodes",
      "2",
      "uplink_bandwidth",
      uplinkRate,
      "uplink_latency",
      "7000"
    };
  }

  @Test
  void withinARackATreeIsASwitch() {
    Network network = network(tree("1000000000"));
    network.send(message(0, 1, 4130), null);
    run();
    assertEquals(List.of(wire(4130 + 3 * 90) + wire(1448 + 90) + 2 * HOP + SWITCH), arrivals);
  }

  @Test
  void betweenRacksAMessagePassesThreeSwitchesAndTwoUplinks() {
    Network network = network(tree("1000000000"));
    network.send(message(0, 2, 4130), null);
    run();
    long total = wire(4130 + 3 * 90);
    assertEquals(List.of(total + 3 * wire(1448 + 90) + 2 * HOP + 2 * 7000 + 3 * SWITCH), arrivals);
  }

  @Test
  void twoNodesOfARackShareItsUplink() {
    Network network = network(tree("1000000000"));
    network.send(message(0, 2, 1448), null);
    network.send(message(1, 3, 1448), null);
    run();
    assertEquals(wire(1448 + 90), arrivals.get(1) - arrivals.get(0));
  }

  @Test
  void anUplinkOfTwiceTheRateCarriesBothAtOnceButForOneSegment() {
    Network network = network(tree("2000000000"));
    network.send(message(0, 2, 1448), null);
    network.send(message(1, 3, 1448), null);
    run();
    assertEquals(wire(1448 + 90) / 2, arrivals.get(1) - arrivals.get(0));
  }

  @Test
  void aFastUplinkDoesNotEndBeforeTheLastSegmentHasComeIn() {
    Network network = network(tree("4000000000"));
    network.send(message(0, 2, 4130), null);
    run();
    long first = wire(1448 + 90);
    long last = wire(4130 - 2 * 1448 + 90);
    long quarter = Math.round(last / 4.0);
    // The last segment pays each wire once; nothing waits for it.
    long tailBound = wire(4130 + 3 * 90) + 2 * quarter + last;
    long headBound = first + 2 * Math.round(first / 4.0) + wire(4130 + 3 * 90);
    assertEquals(
        List.of(Math.max(tailBound, headBound) + 2 * HOP + 2 * 7000 + 3 * SWITCH), arrivals);
  }

  @Test
  void aNodeOfHalfTheSpeedSendsAndReceivesInTwiceTheTime() {
    CostProfile profile =
        ProfileFile.load("ideal")
            .with(ProfileKey.SEND_MESSAGE, "2000")
            .with(ProfileKey.RECEIVE_MESSAGE, "3000");
    queue = new EventQueue(2);
    Cores[] cores = {new Cores(queue, 0, 1, 4_000_000, 0), new Cores(queue, 1, 1, 4_000_000, 0)};
    Network network =
        new Network(queue, cores, new NodeSpeeds(0.5, 1), profile, Network.Transport.TCP);
    network.connect(message -> arrivals.add(queue.nowNanos()));
    network.send(message(0, 1, 58), null);
    run();
    network.send(message(1, 0, 58), null);
    run();
    assertEquals(List.of(4000L + 3000, 7000L + 2000 + 6000), arrivals);
    assertEquals(3000, network.firmReachNanos());
  }
}
