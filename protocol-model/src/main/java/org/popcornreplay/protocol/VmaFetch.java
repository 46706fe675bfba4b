package org.popcornreplay.protocol;

import java.util.ArrayList;
import java.util.List;

/** A fetch of a VMA that is under way at a remote; faults of the same page share it. */
final class VmaFetch {
  private final long page;
  private final Activity fetcher;
  private final List<PageFault> waiters = new ArrayList<>(0);
  private boolean asleep;
  private VmaInfo response;
  private int result;

  VmaFetch(long page, Activity fetcher) {
    this.page = page;
    this.fetcher = fetcher;
  }

  long page() {
    return page;
  }

  void await(PageFault waiter) {
    waiters.add(waiter);
  }

  /** Whether the fetcher must sleep for the response. */
  boolean mustSleep() {
    asleep = response == null;
    return asleep;
  }

  void respond(VmaInfo message) {
    response = message;
    if (asleep) {
      fetcher.wake();
    }
  }

  VmaInfo response() {
    return response;
  }

  int result() {
    return result;
  }

  /** The fetcher has ended; those who waited for it go on. */
  void end(int ended) {
    result = ended;
    for (PageFault waiter : waiters) {
      waiter.wake();
    }
  }

  void digest(Digest digest) {
    digest.add(page).add(asleep).add(waiters.size());
    if (response != null) {
      response.digest(digest);
    }
    for (PageFault waiter : waiters) {
      waiter.digest(digest);
    }
  }
}
