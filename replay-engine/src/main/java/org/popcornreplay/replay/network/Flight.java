package org.popcornreplay.replay.network;

import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.World.Step;

/**
 * The path of one message, step by step: send thread, wires, receive thread, handler. A link takes
 * the flight of a message that has been delivered for a later one.
 */
final class Flight extends WireTrip {
  private final Network network;
  final Link link;
  private Message message;
  private Step handedOver;
  private KernelContext sender;
  private long number;
  private long sentNanos;
  private boolean sent;
  private boolean late;
  private long deliveredNanos;

  Flight(Network network, Link link) {
    super(network.queue(), network.fabric(), link.from, link.to, link.to);
    this.network = network;
    this.link = link;
  }

  /**
   * A message is to be sent.
   *
   * @param done what waits for the transport to have it, or null
   * @param blocked what cannot go on until there is room in the send queue, or null
   */
  Flight of(Message toSend, Step done, KernelContext blocked, long itsNumber) {
    message = toSend;
    handedOver = done;
    sender = blocked;
    number = itsNumber;
    sentNanos = network.queue().nowNanos();
    sent = false;
    return this;
  }

  @Override
  long bytes() {
    return message.bytes();
  }

  /** There is room in the send queue. */
  void accepted() {
    if (sender != null) {
      sender.release();
    }
  }

  void startSending() {
    network.cores(from).burst(network.sendNanos(from, message.bytes()), this);
  }

  void startReceiving() {
    network.cores(to).burst(network.receiveNanos(to, message.bytes()), this);
  }

  @Override
  public void run() {
    if (onTheWay()) {
      goOn();
    } else if (!sent) {
      sent = true;
      handOver();
    } else if (late) {
      late = false;
      land();
    } else {
      received();
    }
  }

  private void handOver() {
    if (network.nagle()) {
      network.stream(link).write(this);
    } else {
      leave();
    }
    link.sendNext();
    if (handedOver != null && !network.completesAtReceiver()) {
      network.handOver(from, handedOver);
    }
  }

  @Override
  void arrived() {
    long arrivalNanos = link.arrivalNanos(network.queue().nowNanos());
    if (arrivalNanos > network.queue().nowNanos()) {
      late = true;
      network.queue().at(to, arrivalNanos, this);
    } else {
      land();
    }
  }

  private void land() {
    deliveredNanos = network.queue().nowNanos();
    if (network.completesAtReceiver()) {
      network.complete(this, handedOver);
    }
    if (network.nagle()) {
      network.stream(link).arrived(message.bytes());
    }
    link.receiver.take(this);
  }

  private void received() {
    Message delivered = message;
    delivered.stamp(number, sentNanos, deliveredNanos);
    message = null;
    link.spare = this;
    network.deliver(link.receiver, delivered);
  }
}
