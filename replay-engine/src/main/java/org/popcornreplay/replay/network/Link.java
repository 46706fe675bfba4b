package org.popcornreplay.replay.network;

import java.util.ArrayDeque;
import org.popcornreplay.replay.time.Jitter;

/** One direction between two nodes: its send queue, its threads, its TCP stream. */
final class Link {
  final int from;
  final int to;
  final Receiver receiver;
  NagleStream stream;

  /** A flight that has ended, or null. */
  Flight spare;

  private final int depth;
  private final ArrayDeque<Flight> queue = new ArrayDeque<>();
  private final ArrayDeque<Flight> blocked = new ArrayDeque<>();
  private final Jitter jitter;
  private long lastArrivalNanos;
  private boolean sending;

  Link(Network network, int from, int to, int depth, Jitter jitter) {
    this.from = from;
    this.to = to;
    this.depth = depth;
    this.jitter = jitter;
    receiver = new Receiver(network);
  }

  /** A flight for a message. */
  Flight flight(Network network) {
    Flight flight = spare;
    spare = null;
    return flight == null ? new Flight(network, this) : flight;
  }

  /** When a message comes that the wires let arrive then; a stream keeps its order. */
  long arrivalNanos(long earliestNanos) {
    lastArrivalNanos = Math.max(lastArrivalNanos, earliestNanos + jitter.nextNanos());
    return lastArrivalNanos;
  }

  /** Whether a message would find the send queue full. */
  boolean isFull() {
    return sending && queue.size() >= depth;
  }

  /**
   * Gives a message to the send thread.
   *
   * @return false where its queue is full, so that the message waits before it
   */
  boolean send(Flight flight) {
    if (isFull()) {
      blocked.add(flight);
      return false;
    }
    if (sending) {
      queue.add(flight);
    } else {
      sending = true;
      flight.startSending();
    }
    return true;
  }

  /** The send thread takes the next message; that leaves room for one that waits. */
  void sendNext() {
    Flight next = queue.poll();
    if (next == null) {
      sending = false;
      return;
    }
    Flight waiting = blocked.poll();
    if (waiting != null) {
      queue.add(waiting);
    }
    next.startSending();
    if (waiting != null) {
      waiting.accepted();
    }
  }

  /** The receive thread of the link: runs the handlers one by one. */
  static final class Receiver extends QueuedContext<Flight> {
    Receiver(Network network) {
      super(network);
    }

    @Override
    protected void begin(Flight flight) {
      hold();
      flight.startReceiving();
    }
  }
}
