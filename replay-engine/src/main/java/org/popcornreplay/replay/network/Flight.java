package org.popcornreplay.replay.network;

import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.World.Step;

/** The path of one message, step by step: send thread, wires, receive thread, handler. */
final class Flight extends WireTrip {
  private final Network network;
  final Link link;
  final Message message;
  private final Step handedOver;
  private final KernelContext sender;
  private final long number;
  private final long sentNanos;
  private boolean sent;
  private boolean late;
  private long deliveredNanos;

  /**
   * A message to be sent.
   *
   * @param handedOver what waits for the transport to have it, or null
   * @param sender what cannot go on until there is room in the send queue, or null
   */
  Flight(
      Network network,
      Link link,
      Message message,
      Step handedOver,
      KernelContext sender,
      long number) {
    super(network.queue(), network.fabric(), link.from, link.to, link.to);
    this.network = network;
    this.link = link;
    this.message = message;
    this.handedOver = handedOver;
    this.sender = sender;
    this.number = number;
    sentNanos = network.queue().nowNanos();
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
    message.stamp(number, sentNanos, deliveredNanos);
    network.deliver(link.receiver, message);
  }
}
