package org.popcornreplay.protocol;

import java.util.ArrayList;
import java.util.List;

/** The ongoing handling of one page on one node ({@code struct fault_handle}). */
final class FaultHandle {
  /** The follower counter is compared with this before it is incremented: 9 are let in. */
  static final int FH_ACTION_MAX_FOLLOWER = 8;

  final long page;
  final int pageIndex;
  final int leader;
  final boolean write;
  final boolean remote;
  boolean invalidate;
  int pendings = 1;
  int limit;
  int ret;
  Activity invalidator;

  /** Hardly any handle has someone wait for it, so that these lists come with the first. */
  private List<Activity> waits = List.of();

  private List<Activity> waitsRetry = List.of();

  FaultHandle(long page, int pageIndex, int leader, boolean write, boolean remote) {
    this.page = page;
    this.pageIndex = pageIndex;
    this.leader = leader;
    this.write = write;
    this.remote = remote;
  }

  /** An activity follows the leader: it sleeps and shares the result. */
  void addFollower(Activity follower) {
    pendings++;
    waits = added(waits, follower);
  }

  /** An activity sleeps until the handling has ended and has no handle then. */
  void addWaiter(Activity waiter) {
    waitsRetry = added(waitsRetry, waiter);
  }

  private static List<Activity> added(List<Activity> list, Activity activity) {
    List<Activity> to = list.isEmpty() ? new ArrayList<>(2) : list;
    to.add(activity);
    return to;
  }

  /**
   * All followers become runnable. An origin peer does not take the processor of the thread that
   * wakes it: of 252 peers that followed a thread of barrier_100 on the kernel's machines all met
   * the thread's next fault with the handle still theirs.
   */
  void wakeFollowers(Activity waker) {
    List<Activity> woken = waits;
    waits = List.of();
    for (Activity follower : woken) {
      if (waker.runner == World.Runner.THREAD && follower.runner == World.Runner.ORIGIN_PEER) {
        follower.wakeBehind(waker.thread);
      } else {
        follower.wake();
      }
    }
  }

  void wakeWaiters() {
    List<Activity> woken = waitsRetry;
    waitsRetry = List.of();
    for (Activity waiter : woken) {
      waiter.wake();
    }
  }

  /** Whether a worker sleeps until the handling ends, to take the page away then. */
  boolean revokerWaits() {
    if (invalidate) {
      return true;
    }
    for (int i = 0; i < waitsRetry.size(); i++) {
      if (waitsRetry.get(i) instanceof PageRequestWork) {
        return true;
      }
    }
    return false;
  }

  void digest(Digest digest) {
    digest.add(pageIndex).add(write).add(remote).add(invalidate).add(pendings).add(limit).add(ret);
    digest.add(waits.size()).add(waitsRetry.size());
    for (Activity wait : waits) {
      wait.digest(digest);
    }
    for (Activity wait : waitsRetry) {
      wait.digest(digest);
    }
    if (invalidator != null) {
      invalidator.digest(digest);
    }
  }

  @Override
  public String toString() {
    return "fault handle of page "
        + page
        + " ("
        + (remote ? "remote " : "local ")
        + (write ? "write" : "read")
        + " of thread "
        + leader
        + (invalidate ? ", invalidation pending" : "")
        + ")";
  }
}
