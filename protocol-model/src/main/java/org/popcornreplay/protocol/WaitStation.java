package org.popcornreplay.protocol;

/** One slot of the table of wait_station.c: a requester that sleeps until all replies are in. */
final class WaitStation {
  private final int id;
  private final Activity waiter;
  private int pendings;
  private boolean asleep;
  private Message reply;

  WaitStation(int id, Activity waiter, int count) {
    this.id = id;
    this.waiter = waiter;
    this.pendings = count;
  }

  int id() {
    return id;
  }

  /** Whether the waiter must sleep; if so the last reply wakes it. */
  boolean mustSleep() {
    asleep = pendings > 0;
    return asleep;
  }

  /** Takes one reply; true when it was the last. */
  boolean complete(Message message) {
    if (pendings == 0) {
      throw new IllegalStateException("wait station: id=" + id + ", expected an awaited reply");
    }
    if (reply == null || message instanceof PageResponse) {
      reply = message;
    }
    pendings--;
    if (pendings == 0 && asleep) {
      waiter.wake();
    }
    return pendings == 0;
  }

  /** The reply; the one with page data where there are several. */
  Message reply() {
    return reply;
  }

  void digest(Digest digest) {
    digest.add(id).add(pendings).add(asleep);
    waiter.digest(digest);
    if (reply != null) {
      reply.digest(digest);
    }
  }

  @Override
  public String toString() {
    return "wait station " + id + " (" + pendings + " replies missing)";
  }
}
