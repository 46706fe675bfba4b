package org.popcornreplay.replay.network;

import java.util.ArrayDeque;
import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.cpu.Cores;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.time.EventQueue;

/**
 * The socket layer and what lies below it. For each ordered pair of nodes a send thread drains a
 * queue in order and a receive thread hands messages to their handler, both on the node's cores.
 * The NIC of the sender and the switch port towards the receiver each serve what comes to them in
 * order of arrival at line rate; the switch passes a message on once its first segment is there.
 */
public final class Network {
  /** Where messages go in the end. */
  @FunctionalInterface
  public interface Receiver {
    /** Runs the handler in the receive thread of the link. */
    void deliver(Message message);
  }

  private final EventQueue queue;
  private final Cores[] cores;
  private final WireFraming framing;
  private final long hopNanos;
  private final long switchNanos;
  private final long sendNanos;
  private final long sendKibibyteNanos;
  private final long receiveNanos;
  private final long receiveKibibyteNanos;
  private final long rdmaNanos;
  private final int queueDepth;
  private final boolean nagle;
  private final long delayedAckNanos;
  private final Link[][] links;
  private final long[] nicFreeNanos;
  private final long[] portFreeNanos;
  private Receiver receiver;
  private Link receiving;
  private boolean receiverBusy;
  private long sequence;
  private long inFlight;
  private long queueOverflows;

  /** A network between {@code cores.length} nodes with the costs of a profile. */
  public Network(EventQueue queue, Cores[] cores, CostProfile profile, boolean nagle) {
    this.queue = queue;
    this.cores = cores;
    this.nagle = nagle;
    framing =
        new WireFraming(
            (int) Math.min(1 << 20, profile.number(ProfileKey.SEGMENT_BYTES)),
            (int) Math.min(1 << 20, profile.number(ProfileKey.SEGMENT_HEADER_BYTES)),
            profile.number(ProfileKey.BANDWIDTH));
    hopNanos = profile.number(ProfileKey.LINK_LATENCY);
    switchNanos = profile.number(ProfileKey.SWITCH_LATENCY);
    sendNanos = profile.number(ProfileKey.SEND_MESSAGE);
    sendKibibyteNanos = profile.number(ProfileKey.SEND_KIBIBYTE);
    receiveNanos = profile.number(ProfileKey.RECEIVE_MESSAGE);
    receiveKibibyteNanos = profile.number(ProfileKey.RECEIVE_KIBIBYTE);
    rdmaNanos = profile.number(ProfileKey.RDMA_WRITE);
    queueDepth = (int) Math.min(1 << 30, profile.number(ProfileKey.SEND_QUEUE));
    delayedAckNanos = profile.number(ProfileKey.DELAYED_ACK);
    links = new Link[cores.length][];
    nicFreeNanos = new long[cores.length];
    portFreeNanos = new long[cores.length];
  }

  /** Says who runs the handlers. */
  public void connect(Receiver to) {
    receiver = to;
  }

  /**
   * The least time in nanoseconds from a step of the message layer at a sender to the handler at
   * the receiver.
   */
  public long firmReachNanos() {
    return 2 * hopNanos + switchNanos + receiveNanos;
  }

  /** The least time in nanoseconds from sending a message to its handler. */
  public long runningReachNanos() {
    return sendNanos + firmReachNanos();
  }

  /** Messages sent and not yet handled. */
  public long inFlight() {
    return inFlight;
  }

  /** How often a message found its send queue full. */
  public long queueOverflows() {
    return queueOverflows;
  }

  /** How many messages were sent. */
  public long messages() {
    return sequence;
  }

  /**
   * Sends a message.
   *
   * @param handedOver runs when the transport has all bytes; may be null
   */
  public void send(Message message, Step handedOver) {
    Link link = link(message.from(), message.to());
    Flight flight = new Flight(link, message, handedOver, sequence++, queue.nowNanos());
    inFlight++;
    if (link.sending) {
      if (link.sendQueue.size() >= queueDepth) {
        queueOverflows++;
      }
      link.sendQueue.add(flight);
    } else {
      link.sending = true;
      flight.startSending();
    }
  }

  /** Whether a message from one node to another would find its send queue full. */
  public boolean isSendQueueFull(int from, int to) {
    Link[] row = links[from];
    return row != null && row[to] != null && row[to].sendQueue.size() >= queueDepth;
  }

  /** Writes {@code bytes} into another node's memory; {@code completed} at the completion. */
  public void rdmaWrite(int from, int to, long bytes, Step completed) {
    long wire = framing.messageNanos(bytes);
    long start = Math.max(queue.nowNanos(), nicFreeNanos[from]);
    nicFreeNanos[from] = start + wire;
    queue.at(from, start + wire + rdmaNanos, completed);
  }

  /** The handler that runs now goes on computing: its receive thread is busy until then. */
  public Link holdReceiver() {
    receiverBusy = true;
    return receiving;
  }

  /** The link whose receive thread runs a handler now, or null. */
  public Link receiving() {
    return receiving;
  }

  /** Runs the rest of a handler that had asked for time. */
  public void continueReceiver(Link link, Step rest) {
    receiving = link;
    receiverBusy = false;
    rest.run();
    receiving = null;
    if (!receiverBusy) {
      link.receiverFree();
    }
  }

  private Link link(int from, int to) {
    Link[] row = links[from];
    if (row == null) {
      row = new Link[cores.length];
      links[from] = row;
    }
    Link link = row[to];
    if (link == null) {
      link = new Link(from, to);
      row[to] = link;
    }
    return link;
  }

  /** One direction between two nodes: its queues, its threads, its TCP stream. */
  public static final class Link {
    private final int from;
    private final int to;
    private final ArrayDeque<Flight> sendQueue = new ArrayDeque<>();
    private final ArrayDeque<Flight> arrived = new ArrayDeque<>();
    private boolean sending;
    private boolean handling;
    private NagleStream stream;

    private Link(int from, int to) {
      this.from = from;
      this.to = to;
    }

    private void receiverFree() {
      Flight next = arrived.poll();
      if (next == null) {
        handling = false;
      } else {
        next.startReceiving();
      }
    }
  }

  /** The path of one message, step by step. */
  private final class Flight implements Step {
    private final Link link;
    private final Message message;
    private final Step handedOver;
    private final long number;
    private final long sentNanos;
    private Stage stage = Stage.SENDING;
    private long egressEndNanos;
    private long deliveredNanos;

    Flight(Link link, Message message, Step handedOver, long number, long sentNanos) {
      this.link = link;
      this.message = message;
      this.handedOver = handedOver;
      this.number = number;
      this.sentNanos = sentNanos;
    }

    void startSending() {
      long work = sendNanos + sendKibibyteNanos * message.bytes() / 1024;
      cores[link.from].burst(work, this);
    }

    void startReceiving() {
      long work = receiveNanos + receiveKibibyteNanos * message.bytes() / 1024;
      stage = Stage.RECEIVING;
      cores[link.to].burst(work, this);
    }

    @Override
    public void run() {
      switch (stage) {
        case SENDING -> sent();
        case AT_SWITCH -> atSwitch();
        case AT_RECEIVER -> atReceiver();
        case RECEIVING -> received();
      }
    }

    private void sent() {
      if (nagle) {
        stream(link).write(this);
      } else {
        toWire();
      }
      Flight next = link.sendQueue.poll();
      if (next == null) {
        link.sending = false;
      } else {
        next.startSending();
      }
      if (handedOver != null) {
        handedOver.run();
      }
    }

    void toWire() {
      if (framing.unlimited()) {
        stage = Stage.AT_RECEIVER;
        queue.after(link.to, 2 * hopNanos + switchNanos, this);
        return;
      }
      long start = Math.max(queue.nowNanos(), nicFreeNanos[link.from]);
      egressEndNanos = start + framing.messageNanos(message.bytes());
      nicFreeNanos[link.from] = egressEndNanos;
      stage = Stage.AT_SWITCH;
      queue.at(link.to, start + framing.firstSegmentNanos(message.bytes()) + hopNanos, this);
    }

    private void atSwitch() {
      long begin = Math.max(queue.nowNanos() + switchNanos, portFreeNanos[link.to]);
      long end = begin + framing.messageNanos(message.bytes());
      portFreeNanos[link.to] = end;
      stage = Stage.AT_RECEIVER;
      queue.at(link.to, end + hopNanos, this);
    }

    private void atReceiver() {
      deliveredNanos = queue.nowNanos();
      if (nagle) {
        stream(link).arrived(message.bytes());
      }
      if (link.handling) {
        link.arrived.add(this);
      } else {
        link.handling = true;
        startReceiving();
      }
    }

    private void received() {
      inFlight--;
      message.stamp(number, sentNanos, deliveredNanos);
      Link outer = receiving;
      boolean outerBusy = receiverBusy;
      receiving = link;
      receiverBusy = false;
      receiver.deliver(message);
      boolean busy = receiverBusy;
      receiving = outer;
      receiverBusy = outerBusy;
      if (!busy) {
        link.receiverFree();
      }
    }
  }

  private enum Stage {
    SENDING,
    AT_SWITCH,
    AT_RECEIVER,
    RECEIVING
  }

  private NagleStream stream(Link link) {
    if (link.stream == null) {
      link.stream = new NagleStream(link);
    }
    return link.stream;
  }

  /**
   * One direction of a TCP connection without TCP_NODELAY. A message whose last segment is not full
   * waits while an earlier such segment is unacknowledged. The receiver acknowledges at once when
   * it holds more than one full segment, with its next data in the other direction, or after a
   * delay.
   */
  private final class NagleStream {
    private final Link link;
    private final ArrayDeque<Flight> held = new ArrayDeque<>();
    private boolean smallOutstanding;
    private long writtenBytes;
    private long smallEndBytes;
    private long receivedBytes;
    private long acknowledgedBytes;
    private boolean timerSet;

    NagleStream(Link link) {
      this.link = link;
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
        batch += flight.message.bytes();
        flight.toWire();
      }
      writtenBytes += batch;
      if (batch % framing.segmentBytes() != 0) {
        smallOutstanding = true;
        smallEndBytes = writtenBytes;
      }
      rideBack();
    }

    /** Data on its way carries the acknowledgement of the other direction. */
    private void rideBack() {
      NagleStream other = stream(Network.this.link(link.to, link.from));
      if (other.receivedBytes > other.acknowledgedBytes) {
        other.acknowledge();
      }
    }

    void arrived(int bytes) {
      receivedBytes += bytes;
      if (receivedBytes - acknowledgedBytes > 2L * framing.segmentBytes()) {
        // Full segments are acknowledged in pairs; the rest at the end waits.
        long rest = bytes % framing.segmentBytes();
        acknowledge(receivedBytes - rest);
      }
      if (receivedBytes > acknowledgedBytes && !timerSet) {
        timerSet = true;
        queue.after(
            link.to,
            delayedAckNanos,
            () -> {
              timerSet = false;
              if (receivedBytes > acknowledgedBytes) {
                acknowledge();
              }
            });
      }
    }

    private void acknowledge() {
      acknowledge(receivedBytes);
    }

    private void acknowledge(long upTo) {
      acknowledgedBytes = upTo;
      long wire = 2 * (hopNanos + framing.messageNanos(0)) + switchNanos;
      queue.after(
          link.from,
          wire,
          () -> {
            if (smallOutstanding && upTo >= smallEndBytes) {
              smallOutstanding = false;
              if (!held.isEmpty()) {
                flush();
              }
            }
          });
    }
  }
}
