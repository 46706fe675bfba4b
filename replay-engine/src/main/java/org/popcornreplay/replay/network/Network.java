package org.popcornreplay.replay.network;

import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.World.Step;
import org.popcornreplay.replay.cpu.Cores;
import org.popcornreplay.replay.cpu.NodeSpeeds;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.time.EventQueue;
import org.popcornreplay.replay.time.Jitter;

/**
 * The message layer and what lies below it. For each ordered pair of nodes a send thread drains a
 * bounded queue in order and a receive thread hands messages to their handler, both on the node's
 * cores. Over RDMA a message holds one of the node's send descriptors until its completion.
 */
public final class Network {
  /** Where messages go in the end. */
  @FunctionalInterface
  public interface Receiver {
    /** Runs the handler in the receive thread of the link. */
    void deliver(Message message);
  }

  /** Which transport carries the messages. */
  public enum Transport {
    /** TCP with TCP_NODELAY. */
    TCP,
    /** TCP as the socket layer leaves it: Nagle's rule and delayed acknowledgements. */
    TCP_NAGLE,
    /** RDMA: a send is complete when the receiver's adapter has acknowledged it. */
    RDMA;

    /** The transport of these switches; Nagle's rule is one of TCP. */
    public static Transport of(boolean rdma, boolean nagle) {
      if (rdma) {
        return RDMA;
      }
      return nagle ? TCP_NAGLE : TCP;
    }
  }

  private static final int MOST_NESTED = 64;

  private final EventQueue queue;
  private final Cores[] cores;
  private final NodeSpeeds speeds;
  private final Fabric fabric;
  private final Transport transport;
  private final long sendNanos;
  private final long sendKibibyteNanos;
  private final long receiveNanos;
  private final long receiveKibibyteNanos;
  private final long rdmaNanos;
  private final int queueDepth;
  private final long delayedAckNanos;
  private final Descriptors[] descriptors;
  private final boolean descriptorsWait;
  private final long[] jitterNanos;
  private final Link[][] links;
  private Receiver receiver;
  private KernelContext current;
  private int handOvers;
  private long seed;
  private long sequence;
  private long inFlight;
  private long blockedSends;
  private String failure;

  /** A network between {@code cores.length} nodes with the costs of a profile. */
  public Network(
      EventQueue queue,
      Cores[] cores,
      NodeSpeeds speeds,
      CostProfile profile,
      Transport transport) {
    this.queue = queue;
    this.cores = cores;
    this.speeds = speeds;
    this.transport = transport;
    fabric = new Fabric(profile, cores.length);
    sendNanos = profile.number(ProfileKey.SEND_MESSAGE);
    sendKibibyteNanos = profile.number(ProfileKey.SEND_KIBIBYTE);
    receiveNanos = profile.number(ProfileKey.RECEIVE_MESSAGE);
    receiveKibibyteNanos = profile.number(ProfileKey.RECEIVE_KIBIBYTE);
    rdmaNanos = profile.number(ProfileKey.RDMA_WRITE);
    queueDepth = (int) Math.min(1 << 30, profile.number(ProfileKey.SEND_QUEUE));
    delayedAckNanos = profile.number(ProfileKey.DELAYED_ACK);
    int most = (int) Math.min(1 << 30, profile.number(ProfileKey.RDMA_DESCRIPTORS));
    descriptorsWait = profile.text(ProfileKey.RDMA_EXHAUSTED).equals("wait");
    descriptors = new Descriptors[transport == Transport.RDMA ? cores.length : 0];
    for (int n = 0; n < descriptors.length; n++) {
      descriptors[n] = new Descriptors(most);
    }
    jitterNanos = profile.numbers(ProfileKey.LINK_JITTER);
    links = new Link[cores.length][];
  }

  /** The same, with the seed of the messages' jitter. */
  public Network jittered(long newSeed) {
    seed = newSeed;
    return this;
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
    // A completion comes back without the work of a receive thread.
    return fabric.leastNanos() + (transport == Transport.RDMA ? 0 : speeds.least(receiveNanos));
  }

  /** The least time in nanoseconds from sending a message to its handler. */
  public long runningReachNanos() {
    return speeds.least(sendNanos) + firmReachNanos();
  }

  /** Messages sent and not yet handled. */
  public long inFlight() {
    return inFlight;
  }

  /** How often a sender found a send queue full, or no descriptor free, and had to wait. */
  public long blockedSends() {
    return blockedSends;
  }

  /** How many messages were sent. */
  public long messages() {
    return sequence;
  }

  /** What broke a node's message layer, in one line; null where nothing did. */
  public String failure() {
    return failure;
  }

  /**
   * Sends a message. Where its send queue is full, the kernel thread that runs now is held until
   * there is room.
   *
   * @param handedOver runs when the transport has all bytes; may be null
   */
  public void send(Message message, Step handedOver) {
    Link link = link(message.from(), message.to());
    boolean descriptor = transport != Transport.RDMA || descriptors[link.from].take();
    if (!descriptor && !descriptorsWait) {
      failure =
          "node "
              + link.from
              + " has no RDMA send descriptor left ("
              + descriptors[link.from].most()
              + " in use): BUG, the kernel crashes (rdma_exhausted=wait lets senders wait)";
      return;
    }
    boolean blocks = !descriptor || link.isFull();
    KernelContext sender = blocks ? current : null;
    if (blocks) {
      blockedSends++;
      if (sender != null) {
        sender.hold();
      }
    }
    Flight flight = link.flight(this).of(message, handedOver, sender, sequence++);
    inFlight++;
    if (descriptor) {
      link.send(flight);
    } else {
      descriptors[link.from].await(flight);
    }
  }

  /** Whether a message from one node to another would find its send queue full. */
  public boolean isSendQueueFull(int from, int to) {
    Link[] row = links[from];
    return row != null && row[to] != null && row[to].isFull();
  }

  /** Writes {@code bytes} into another node's memory; {@code completed} at the completion. */
  public void rdmaWrite(int from, int to, long bytes, Step completed) {
    new RdmaWrite(queue, fabric, from, to, bytes, rdmaNanos, completed).leave();
  }

  /** The kernel thread whose step runs now, or null. */
  public KernelContext current() {
    return current;
  }

  /** Another kernel thread's step runs from now on; says whose ran before. */
  KernelContext enter(KernelContext context) {
    KernelContext outer = current;
    current = context;
    return outer;
  }

  /** Whether a context is a receive thread. */
  public static boolean isReceiver(KernelContext context) {
    return context instanceof Link.Receiver;
  }

  Link link(int from, int to) {
    Link[] row = links[from];
    if (row == null) {
      row = new Link[cores.length];
      links[from] = row;
    }
    Link link = row[to];
    if (link == null) {
      link = new Link(this, from, to, queueDepth, new Jitter(jitterNanos, seed, from, to));
      row[to] = link;
    }
    return link;
  }

  void deliver(KernelContext context, Message message) {
    inFlight--;
    KernelContext outer = enter(context);
    receiver.deliver(message);
    enter(outer);
    context.release();
  }

  /** A message is in the receiver's memory: its completion goes back, which frees a descriptor. */
  void complete(Flight flight, Step handedOver) {
    int node = flight.from;
    queue.after(
        node,
        fabric.latencyNanos(flight.to, node),
        () -> {
          Flight waiting = descriptors[node].giveBack();
          if (waiting != null && waiting.link.send(waiting)) {
            waiting.accepted();
          }
          if (handedOver != null) {
            handedOver.run();
          }
        });
  }

  /**
   * What waits for the transport goes on: at once, but for senders that tell very many nodes one by
   * one where nothing takes time, whose calls would pile up.
   */
  void handOver(int node, Step then) {
    if (handOvers >= MOST_NESTED) {
      queue.after(node, 0, then);
      return;
    }
    handOvers++;
    then.run();
    handOvers--;
  }

  NagleStream stream(Link link) {
    if (link.stream == null) {
      link.stream = new NagleStream(this, link);
    }
    return link.stream;
  }

  EventQueue queue() {
    return queue;
  }

  Fabric fabric() {
    return fabric;
  }

  Cores cores(int node) {
    return cores[node];
  }

  boolean nagle() {
    return transport == Transport.TCP_NAGLE;
  }

  boolean completesAtReceiver() {
    return transport == Transport.RDMA;
  }

  long delayedAckNanos() {
    return delayedAckNanos;
  }

  long sendNanos(int node, long bytes) {
    return speeds.on(node, sendNanos + sendKibibyteNanos * bytes / 1024);
  }

  long receiveNanos(int node, long bytes) {
    return speeds.on(node, receiveNanos + receiveKibibyteNanos * bytes / 1024);
  }
}
