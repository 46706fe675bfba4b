package org.popcornreplay.protocol;

import java.util.Arrays;

/** The wait stations of one node (wait_station.c): the lowest free slot is taken. */
final class WaitStations {
  private final int limit;
  private WaitStation[] slots = new WaitStation[8];
  private int used;

  WaitStations(int limit) {
    this.limit = limit;
  }

  /** {@code get_wait_station_multiple}; null when all are in use (K14). */
  WaitStation get(Activity waiter, int count) {
    if (used >= limit) {
      return null;
    }
    int id = 0;
    while (id < slots.length && slots[id] != null) {
      id++;
    }
    if (id == slots.length) {
      slots = Arrays.copyOf(slots, slots.length * 2);
    }
    slots[id] = new WaitStation(id, waiter, count);
    used++;
    return slots[id];
  }

  /** Hands a reply to its station, whose slot is free when the last one is in. */
  void complete(int id, Message reply) {
    if (id < 0 || id >= slots.length || slots[id] == null) {
      throw new IllegalStateException("wait station: id=" + id + ", expected one in use");
    }
    if (slots[id].complete(reply)) {
      slots[id] = null;
      used--;
    }
  }

  int used() {
    return used;
  }

  void digest(Digest digest) {
    digest.add(used);
    for (WaitStation slot : slots) {
      if (slot != null) {
        slot.digest(digest);
      }
    }
  }
}
