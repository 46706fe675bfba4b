package org.popcornreplay.replay.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.replay.cpu.Cores;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.time.EventQueue;

/** The network against closed forms: 1 Gb/s, hops of 10 us, a switch of 1 us, 90 header bytes. */
class NetworkTest {
  private static final int NODES = 3;
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
    boolean nagle = false;
    for (int i = 0; i < settings.length; i += 2) {
      if (settings[i].equals("nagle")) {
        nagle = true;
      } else {
        profile = profile.with(ProfileKey.ofKey(settings[i]), settings[i + 1]);
      }
    }
    queue = new EventQueue(NODES);
    Cores[] cores = new Cores[NODES];
    for (int n = 0; n < NODES; n++) {
      cores[n] = new Cores(queue, n, 1, 4_000_000, 0);
    }
    Network network = new Network(queue, cores, profile, nagle);
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
    Network network = network("nagle", "on", "delayed_ack", "40000000");
    network.send(message(0, 1, 58), null);
    network.send(message(0, 1, 58), null);
    run();
    long first = 2 * wire(58 + 90) + 2 * HOP + SWITCH;
    long acknowledgement = 2 * (HOP + wire(90)) + SWITCH;
    assertEquals(List.of(first, first + 40_000_000 + acknowledgement + first), arrivals);
  }

  @Test
  void anRdmaWriteTakesItsWireTimeAndItsStartUp() {
    Network network = network("rdma_write", "2400");
    List<Long> completed = new ArrayList<>();
    network.rdmaWrite(0, 1, 4096, () -> completed.add(queue.nowNanos()));
    run();
    assertEquals(List.of(wire(4096 + 3 * 90) + 2400), completed);
  }
}
