package org.popcornreplay.replay.network;

import java.util.ArrayDeque;

/** The send descriptors of a node's RDMA adapter. */
final class Descriptors {
  private final int most;
  private final ArrayDeque<Flight> waiting = new ArrayDeque<>();
  private int used;

  Descriptors(int most) {
    this.most = most;
  }

  int most() {
    return most;
  }

  /** Takes one; false where none is free. */
  boolean take() {
    if (used == most) {
      return false;
    }
    used++;
    return true;
  }

  void await(Flight flight) {
    waiting.add(flight);
  }

  /** One is free again: it goes to the message that waits longest, which is returned, or null. */
  Flight giveBack() {
    Flight next = waiting.poll();
    if (next == null) {
      used--;
    }
    return next;
  }
}
