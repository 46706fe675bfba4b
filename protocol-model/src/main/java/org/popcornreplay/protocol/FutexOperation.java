package org.popcornreplay.protocol;

/**
 * do_futex at the origin, by a thread that is there or by the origin peer of one that is away. A
 * wait first claims the page for reading ({@code page_server_get_userpage}) and holds its fault
 * handle until the value is compared and the waiter queued.
 */
abstract class FutexOperation extends PageActivity {
  private static final int LOCKED = 0;
  private static final int FOLLOWED = 1;
  private static final int NO_HANDLE = 2;
  private static final int CLAIMED = 3;
  private static final int CLAIM_COPIED = 4;
  private static final int CLAIM_MAPPED = 5;
  private static final int COMPARE = 6;
  private static final int WOKEN = 7;
  private static final int WAKE = 8;
  private static final int START_OVER = 9;
  static final int LATER = 50;

  final FutexCall call;
  private int result;

  FutexOperation(PopcornCluster cluster, World.Runner runner, Task task, FutexCall call) {
    super(cluster, runner, Popcorn.ORIGIN, task.id);
    this.call = call;
    this.page = call.page();
    this.pageIndex = cluster.pageIndex(call.page());
  }

  final void doFutex() {
    if (!call.isWait()) {
      spend(Cost.FUTEX_OP, WAKE);
    } else if (cluster.isDistributed()) {
      getUserpage();
    } else {
      spend(Cost.FUTEX_OP, COMPARE);
    }
  }

  @Override
  final void resume() {
    switch (at) {
      case LOCKED -> enter();
      case FOLLOWED -> gotUserpage();
      case NO_HANDLE -> noHandle();
      case START_OVER -> getUserpage();
      case CLAIMED -> {
        cluster.pageServer.claimedRemotePage(this, false);
        cluster.directory.add(pageIndex, Popcorn.ORIGIN);
        spend(Cost.PAGE_COPY, CLAIM_COPIED);
      }
      case CLAIM_COPIED -> spend(Cost.PAGE_MAP, CLAIM_MAPPED);
      case CLAIM_MAPPED -> {
        cluster.setEntry(here(), pageIndex, PageTable.READ);
        gotUserpage();
      }
      case COMPARE -> compare();
      case WAKE -> {
        result = cluster.futexServer.wake(call, thread);
        ended(result);
      }
      case WOKEN -> ended(result);
      default -> resumeLater();
    }
  }

  /** {@code page_server_get_userpage}. */
  private void getUserpage() {
    if (here().mmapSem.downRead(this)) {
      enter();
    } else {
      sleep(LOCKED);
    }
  }

  private void enter() {
    if (!here().pages.hasPageTable(pageIndex)) {
      here().mmapSem.upRead();
      ended(Outcome.EINVAL);
      return;
    }
    switch (cluster.pageServer.startFaultHandling(this, false, false)) {
      case LEADER -> {
        if (cluster.pageServer.pageIsMine(pageIndex)) {
          gotUserpage();
        } else if (cluster.pageServer.claimRemotePage(this, false, 0)) {
          sleep(CLAIMED);
        }
      }
      case FOLLOWING -> sleep(FOLLOWED);
      case WAITING -> sleep(NO_HANDLE);
      case RETRY -> noHandle();
      default -> {}
    }
  }

  private void noHandle() {
    here().mmapSem.upRead();
    at = START_OVER;
    world.giveWay(node, this);
  }

  private void gotUserpage() {
    here().mmapSem.upRead();
    spend(Cost.FUTEX_OP, COMPARE);
  }

  private void compare() {
    Vma area = here().vmas.covering(page);
    if (here().pages.entry(pageIndex) == PageTable.NONE && area != null) {
      cluster.pageServer.handleOrdinaryFault(here(), area, pageIndex, false);
    }
    boolean waits = area != null && call.word().hasExpectedValue();
    if (waits) {
      sleep(WOKEN);
      cluster.futexServer.queue(this);
      long timeout = timeoutNanos();
      if (timeout != Popcorn.NO_TIMEOUT) {
        world.timer(node, timeout, this::timeIsOver);
      }
    }
    if (handle != null) {
      cluster.pageServer.finishFaultHandling(this);
    }
    if (!waits) {
      ended(area == null ? Outcome.EFAULT : Outcome.EWOULDBLOCK);
    }
  }

  /** A delegated wait takes the moment of a clock for a duration (K20). */
  private long timeoutNanos() {
    boolean mistaken =
        runner == World.Runner.ORIGIN_PEER
            && call.clockNanos() != Popcorn.NO_TIMEOUT
            && !cluster.options.absoluteTimeouts;
    return mistaken ? call.clockNanos() : call.timeoutNanos();
  }

  private void timeIsOver() {
    if (at == WOKEN && cluster.futexServer.leave(this)) {
      woken(Outcome.ETIMEDOUT);
    }
  }

  final void woken(int how) {
    result = how;
    wake();
  }

  /** do_futex returns. */
  abstract void ended(int returned);

  /** Goes on at a step of the subclass. */
  void resumeLater() {
    throw new IllegalStateException("futex: at=" + at + ", expected a step");
  }

  @Override
  void digestLocals(Digest digest) {
    super.digestLocals(digest);
    call.digest(digest);
    digest.add(result);
  }
}
