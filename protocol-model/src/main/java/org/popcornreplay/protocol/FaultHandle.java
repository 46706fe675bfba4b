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
  final List<Activity> waits = new ArrayList<>(0);
  final List<Activity> waitsRetry = new ArrayList<>(0);

  FaultHandle(long page, int pageIndex, int leader, boolean write, boolean remote) {
    this.page = page;
    this.pageIndex = pageIndex;
    this.leader = leader;
    this.write = write;
    this.remote = remote;
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
