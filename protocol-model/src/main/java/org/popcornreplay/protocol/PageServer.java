package org.popcornreplay.protocol;

import org.popcornreplay.protocol.FaultHandleActions.Action;

/**
 * The functions of page_server.c that its contexts share: the fault table, claims, what a page is.
 * The contexts themselves are {@link PageFault} (a local fault), {@link PageRequestWork}, {@link
 * PageInvalidateWork} and the futex claim of {@link FutexOperation}.
 */
final class PageServer {
  /** What entering the fault table led to. */
  enum Entry {
    /** The caller handles the page. */
    LEADER,
    /** The caller sleeps until the leader has ended and shares its result. */
    FOLLOWING,
    /** The caller sleeps until the ongoing handling has ended and then has no handle. */
    WAITING,
    /** The caller has no handle. */
    RETRY,
    /** The kernel has stopped in a BUG. */
    IMPOSSIBLE
  }

  private static final int NOBODY = -1;

  private final PopcornCluster cluster;

  PageServer(PopcornCluster cluster) {
    this.cluster = cluster;
  }

  /** {@code __start_fault_handling}. */
  Entry startFaultHandling(PageActivity activity, boolean write, boolean remote) {
    RemoteContext context = activity.here();
    FaultHandle ongoing = context.faults.get(activity.pageIndex);
    if (ongoing == null) {
      activity.handle =
          new FaultHandle(activity.page, activity.pageIndex, activity.thread, write, remote);
      context.faults.add(activity.handle);
      return Entry.LEADER;
    }
    int index =
        FaultHandleActions.index(
            context.isRemote(), ongoing.remote, ongoing.invalidate, ongoing.write, write, remote);
    cluster.stat(context.node).accountAction(index);
    Action action = FaultHandleActions.action(index);
    if (action == Action.FOLLOW && ongoing.limit++ > FaultHandle.FH_ACTION_MAX_FOLLOWER) {
      action = Action.WAIT_RETRY;
    }
    switch (action) {
      case FOLLOW -> {
        tell(activity, index, Observer.Conflict.FOLLOW);
        activity.handle = ongoing;
        ongoing.addFollower(activity);
        return Entry.FOLLOWING;
      }
      case WAIT_RETRY -> {
        tell(activity, index, Observer.Conflict.WAIT_RETRY);
        activity.handle = null;
        ongoing.addWaiter(activity);
        return Entry.WAITING;
      }
      case RETRY -> {
        tell(activity, index, Observer.Conflict.RETRY);
        activity.handle = null;
        return Entry.RETRY;
      }
      default -> {
        cluster.failures.bug(
            activity, "", "fault-handle action " + index + " cannot occur; " + ongoing.toString());
        return Entry.IMPOSSIBLE;
      }
    }
  }

  private void tell(PageActivity activity, int index, Observer.Conflict conflict) {
    cluster.observer.conflict(activity.node, activity.thread, activity.page, index, conflict);
  }

  /** {@code __finish_fault_handling}. */
  void finishFaultHandling(PageActivity activity) {
    finishFaultHandling(activity, true);
  }

  /**
   * The same.
   *
   * @param revokerFirst whether an invalidation that waits for the end may take the processor of
   *     the caller, a thread
   */
  void finishFaultHandling(PageActivity activity, boolean revokerFirst) {
    FaultHandle handle = activity.handle;
    activity.handle = null;
    handle.pendings--;
    if (handle.pendings > 0) {
      handle.wakeFollowers(activity);
    } else if (handle.invalidate && revokerFirst) {
      handle.invalidator.wake();
    } else if (handle.invalidate) {
      handle.invalidator.wakeBehind(activity.thread);
    } else {
      removeHandle(activity.here(), handle);
    }
  }

  void removeHandle(RemoteContext context, FaultHandle handle) {
    context.faults.remove(handle);
    cluster.observer.pageChanged(context.node, handle.page);
    handle.wakeWaiters();
  }

  boolean isDistributed(int pageIndex) {
    return cluster.origin().pages.has(pageIndex, PageTable.DISTRIBUTED);
  }

  /** {@code page_is_mine} at the origin. */
  boolean pageIsMine(int pageIndex) {
    return !isDistributed(pageIndex) || cluster.directory.contains(pageIndex, Popcorn.ORIGIN);
  }

  /** Whether another node holds the page by the directory. */
  boolean isOwner(int pageIndex, int node) {
    return isDistributed(pageIndex) && cluster.directory.contains(pageIndex, node);
  }

  /**
   * {@code __claim_local_page}: takes the page away from all owners but {@code except} and the
   * origin, in ascending order and in parallel.
   *
   * @return whether the caller must sleep at its station until all have answered
   */
  boolean claimLocalPage(PageActivity claimer, int except) {
    int index = claimer.pageIndex;
    Directory directory = cluster.directory;
    if (!isDistributed(index)) {
      return false;
    }
    int targets = 0;
    for (int n = directory.next(index, 1); n >= 0; n = directory.next(index, n + 1)) {
      targets += n == except ? 0 : 1;
    }
    if (targets == 0) {
      return false;
    }
    claimer.station = cluster.station(claimer, targets);
    if (claimer.station == null) {
      return true;
    }
    for (int n = directory.next(index, 1); n >= 0; n = directory.next(index, n + 1)) {
      if (n != except) {
        directory.remove(index, n);
        revokePageOwnership(claimer, n);
      }
    }
    return claimer.station.mustSleep();
  }

  /** {@code __revoke_page_ownership}. */
  private void revokePageOwnership(PageActivity claimer, int node) {
    cluster.messages.post(
        new PageInvalidation(
            MessageType.PAGE_INVALIDATE_REQUEST,
            Popcorn.ORIGIN,
            node,
            MessageType.PAGE_INVALIDATE_REQUEST.wireBytes(),
            claimer.thread,
            claimer.page,
            claimer.station.id()),
        claimer);
  }

  /**
   * {@code __claim_remote_page}: fetches the page from an owner, for a write taking it from all.
   * The caller sleeps at its station; {@link #claimedRemotePage} ends the claim.
   *
   * @return whether the request is under way; if not, the kernel has failed
   */
  boolean claimRemotePage(PageActivity claimer, boolean write, int faultFlags) {
    return claimRemotePage(claimer, write, faultFlags, NOBODY, NOBODY);
  }

  /** The same; the owner sends the page to {@code forwardTo} too (FORWARDING, a variant). */
  boolean claimRemotePage(
      PageActivity claimer, boolean write, int faultFlags, int forwardTo, int forwardStation) {
    int index = claimer.pageIndex;
    Directory directory = cluster.directory;
    int owners = directory.count(index);
    int candidates = owners - (directory.contains(index, Popcorn.ORIGIN) ? 1 : 0);
    if (candidates == 0) {
      cluster.failures.bug(
          claimer, "K13", "page " + claimer.page + " has no owner to fetch it from");
      return false;
    }
    int chosen = candidates == 1 ? 0 : cluster.world.choose(candidates);
    if (!write && chosen != 0) {
      cluster.failures.hang(
          claimer,
          "K8",
          "read claim of page " + claimer.page + " with " + candidates + " owners asks nobody");
      return false;
    }
    claimer.station = cluster.station(claimer, write ? candidates : 1);
    if (claimer.station == null) {
      return false;
    }
    int place = 0;
    for (int n = directory.next(index, 1); n >= 0; n = directory.next(index, n + 1)) {
      if (place++ == chosen) {
        requestRemotePage(
            claimer, n, faultFlags | FaultResult.FLAG_REMOTE, forwardTo, forwardStation);
      } else if (write) {
        revokePageOwnership(claimer, n);
      }
    }
    claimer.station.mustSleep();
    return true;
  }

  /** The end of {@code __claim_remote_page}: the data is the origin's, and so is the page. */
  void claimedRemotePage(PageActivity claimer, boolean write) {
    int index = claimer.pageIndex;
    if (write) {
      Directory directory = cluster.directory;
      for (int n = directory.next(index, 1); n >= 0; n = directory.next(index, n + 1)) {
        directory.remove(index, n);
      }
    }
    PageTable pages = cluster.origin().pages;
    if (claimer.station.reply() instanceof PageResponse response
        && response.result == FaultResult.OK) {
      if (!pages.has(index, (byte) (PageTable.DIRTY | PageTable.COWED))) {
        fillsPageCache(claimer);
      }
      pages.fill(index, response.contents);
    } else {
      cluster.failures.failed(
          claimer.node,
          claimer.thread,
          "K9",
          Outcome.OK,
          "page " + claimer.page + ": the owner's error is ignored, an old frame becomes valid");
    }
  }

  /** A frame that is neither written nor copied yet is that of the file itself (K7). */
  private void fillsPageCache(PageActivity claimer) {
    Vma area = cluster.origin().vmas.covering(claimer.page);
    if (area != null && area.isFileBacked() && !area.isShared()) {
      cluster.failures.failed(
          claimer.node,
          claimer.thread,
          "K7",
          Outcome.OK,
          "page " + claimer.page + " of a private file mapping: a remote's data changes the file");
    }
  }

  /** {@code __request_remote_page}. */
  void requestRemotePage(PageActivity requester, int node, int faultFlags) {
    requestRemotePage(requester, node, faultFlags, NOBODY, NOBODY);
  }

  private void requestRemotePage(
      PageActivity requester, int node, int faultFlags, int forwardTo, int forwardStation) {
    cluster.messages.post(
        new PageRequest(
            MessageType.REMOTE_PAGE_REQUEST,
            requester.node,
            node,
            MessageType.REMOTE_PAGE_REQUEST.wireBytes(),
            requester.thread,
            requester.page,
            requester.station.id(),
            faultFlags,
            forwardTo,
            forwardStation),
        requester);
  }

  /**
   * What a kernel without Popcorn does with a fault: the zero page, a private page, the page cache.
   */
  void handleOrdinaryFault(RemoteContext context, Vma area, int index, boolean write) {
    PageTable pages = context.pages;
    boolean fresh = pages.entry(index) == PageTable.NONE;
    if (write) {
      cluster.setEntry(context, index, PageTable.WRITE);
      pages.raise(index, PageTable.DIRTY);
    } else if (fresh) {
      cluster.setEntry(context, index, area.isFileBacked() ? PageTable.READ : PageTable.ZERO);
    }
    if (fresh) {
      pages.fill(index, cluster.versions.latest(index));
    }
  }

  /** {@code handle_pte_fault_origin}: a page that the origin never had comes to be. */
  void handlePteFaultOrigin(Vma area, int index, boolean write) {
    RemoteContext origin = cluster.origin();
    PageTable pages = origin.pages;
    if (area.isFileBacked()) {
      boolean copies = write && !area.isShared();
      cluster.setEntry(
          origin, index, write && area.isWritable() ? PageTable.WRITE : PageTable.READ);
      if (copies) {
        pages.raise(index, (byte) (PageTable.COWED | PageTable.DIRTY));
      }
    } else {
      cluster.setEntry(origin, index, area.isWritable() ? PageTable.WRITE : PageTable.READ);
      pages.raise(index, PageTable.DIRTY);
    }
    pages.fill(index, cluster.versions.latest(index));
  }

  /** {@code page_server_zap_pte} for a range: entries and info words go. */
  void zap(RemoteContext context, long start, long end) {
    cluster.forEachTouched(
        context,
        start,
        end,
        index -> {
          if (context.pages.entry(index) != PageTable.NONE) {
            cluster.setEntry(context, index, PageTable.NONE);
            if (!context.isRemote()) {
              cluster.versions.written(index);
            }
          }
          context.pages.clearFlags(index);
          if (!context.isRemote()) {
            cluster.directory.clear(index);
          }
        });
  }

  /** {@code page_server_release_page_ownership} at the caller: every present page is given up. */
  void releaseAtCaller(RemoteContext context, long start, long end) {
    cluster.forEachTouched(
        context,
        start,
        end,
        index -> {
          boolean mine =
              isDistributed(index)
                  && context.pages.entry(index) > PageTable.INVALID
                  && !isForbidden(index, context.node);
          if (mine) {
            context.pages.lower(index, PageTable.OWN);
            if (!context.isRemote()) {
              cluster.directory.remove(index, Popcorn.ORIGIN);
            }
            cluster.setEntry(context, index, PageTable.INVALID);
          }
        });
  }

  /** The origin's half: the requester's bit goes in every page that the origin has an entry for. */
  void releaseAtOrigin(int requester, long start, long end) {
    cluster.forEachTouched(
        cluster.origin(),
        start,
        end,
        index -> {
          if (cluster.origin().pages.entry(index) != PageTable.NONE
              && !isForbidden(index, requester)) {
            cluster.directory.remove(index, requester);
          }
        });
  }

  private boolean isForbidden(int index, int node) {
    return cluster.options.releaseForbidden
        && cluster.directory.contains(index, node)
        && cluster.directory.count(index) == 1;
  }
}
