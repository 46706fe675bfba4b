package org.popcornreplay.protocol;

/** One slot of the table of wait_station.c: a requester that sleeps until all replies are in. */
final class WaitStation {
  /** {@code WAIT_STATION_TIMEOUT}: the waiter gets an error pointer, which it dereferences. */
  static final long TIMEOUT_NANOS = 300_000_000_000L;

  private final int id;
  private final Activity waiter;
  private int pendings;
  private boolean asleep;
  private Message reply;
  private final long sinceNanos;

  WaitStation(int id, Activity waiter, int count) {
    this.id = id;
    this.waiter = waiter;
    this.pendings = count;
    this.sinceNanos = waiter.world.nowNanos();
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
      if (isOverdue()) {
        crash();
      } else {
        waiter.wake();
      }
    }
    return pendings == 0;
  }

  private boolean isOverdue() {
    boolean limited = !(waiter instanceof FutexAtRemote) || waiter.cluster.options.futexLimited;
    return limited && waiter.world.nowNanos() - sinceNanos > TIMEOUT_NANOS;
  }

  /** Long ago, in truth: the reply only makes it known. */
  private void crash() {
    waiter.cluster.failures.bug(
        waiter,
        waiter instanceof FutexAtRemote ? "K20" : "",
        reply.type() + " comes after more than 300 s; its waiter has used an error pointer");
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
