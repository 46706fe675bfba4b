package org.popcornreplay.protocol;

/**
 * A thread's access that faults: the x86 fault handler (arch/x86/mm/fault.c), the backoff of
 * mm/memory.c and {@code page_server_handle_pte_fault}, at the origin or at a remote.
 */
final class PageFault extends PageActivity {
  private static final int LOCK = 0;
  private static final int LOCKED = 1;
  private static final int FETCH_SENT = 2;
  private static final int FETCH_ANSWERED = 3;
  private static final int FETCH_INSTALL = 4;
  private static final int FETCH_MAP = 5;
  private static final int FETCH_FAILED = 6;
  private static final int FETCH_SHARED = 7;
  private static final int FETCH_RELOCK = 8;
  private static final int ORDINARY = 9;
  private static final int FOLLOWED = 10;
  private static final int NO_HANDLE = 11;
  private static final int ANSWERED = 12;
  private static final int COPIED = 13;
  private static final int INSTALL = 14;
  private static final int CLAIMED_LOCAL = 15;
  private static final int CLAIMED_REMOTE = 16;
  private static final int MAP_CLAIMED = 17;
  private static final int MAPPED = 18;
  private static final int BACKED_OFF = 19;
  private static final int OVERTAKEN = 20;

  private static final int BUSY_WEIGHTS = 10;
  private static final long BUSY_NANOS = 100_000;
  private static final long SLEEP_NANOS = 1_000_000;

  private final Task task;
  private boolean write;
  private AccessMode mode;
  private Completion done;
  private FaultKind kind;
  private Vma area;
  private VmaFetch fetch;
  private boolean secondAttempt;
  private boolean overtaken;
  private int retries;

  PageFault(PopcornCluster cluster, Task task) {
    super(cluster, World.Runner.THREAD, Popcorn.ORIGIN, task.id);
    this.task = task;
  }

  /** Accesses the page from the node; faults where the node lacks the right. */
  void access(int atNode, long atPage, boolean writes, AccessMode as, Completion ended) {
    node = atNode;
    page = atPage;
    pageIndex = cluster.pageIndex(atPage);
    write = writes;
    mode = as;
    done = ended;
    retries = 0;
    if (here().pages.allows(pageIndex, write)) {
      perform();
      done.ended(thread, Outcome.OK);
      return;
    }
    kind =
        !write
            ? FaultKind.READ
            : here().pages.allows(pageIndex, false) ? FaultKind.UPGRADE : FaultKind.WRITE;
    cluster.observer.faultBegins(thread, node, page, kind);
    exception();
  }

  @Override
  void resume() {
    switch (at) {
      case LOCK -> lock();
      case LOCKED -> findVma();
      case FETCH_SENT -> awaitVma();
      case FETCH_ANSWERED -> vmaAnswered();
      case FETCH_INSTALL -> installVma();
      case FETCH_MAP -> updateVma();
      case FETCH_FAILED, FETCH_RELOCK -> fetched();
      case FETCH_SHARED -> sharedFetch();
      case ORDINARY -> ordinary();
      case FOLLOWED -> followed();
      case NO_HANDLE -> noHandle();
      case ANSWERED -> answered();
      case COPIED -> spend(Cost.PAGE_MAP, INSTALL);
      case INSTALL -> install();
      case CLAIMED_LOCAL -> spend(Cost.PAGE_MAP, MAPPED);
      case CLAIMED_REMOTE -> claimedRemote();
      case MAP_CLAIMED -> spend(Cost.PAGE_MAP, MAPPED);
      case MAPPED -> mapped();
      case BACKED_OFF -> retry();
      case OVERTAKEN -> accessOrFault();
      default -> throw new IllegalStateException("fault: at=" + at + ", expected a step");
    }
  }

  private void exception() {
    secondAttempt = false;
    spend(Cost.FAULT_ENTRY, LOCK);
  }

  private void lock() {
    if (here().mmapSem.downRead(this)) {
      findVma();
    } else {
      sleep(LOCKED);
    }
  }

  private void findVma() {
    area = here().vmas.find(page);
    boolean covered = area != null && area.covers(page);
    if (!covered && here().isRemote()) {
      fetchVma();
    } else {
      goodArea();
    }
  }

  /** {@code vma_server_fetch_vma}. */
  private void fetchVma() {
    RemoteContext context = here();
    fetch = context.fetch(page);
    if (fetch != null) {
      fetch.await(this);
      sleep(FETCH_SHARED);
      context.mmapSem.upRead();
      return;
    }
    fetch = new VmaFetch(page, this);
    context.fetches.add(fetch);
    context.mmapSem.upRead();
    cluster.observer.vmaOperationBegins(thread, node, "fetch", page, 1);
    cluster.messages.send(
        new VmaInfo(
            MessageType.VMA_INFO_REQUEST,
            node,
            Popcorn.ORIGIN,
            MessageType.VMA_INFO_REQUEST.wireBytes(),
            thread,
            page,
            0,
            null),
        this,
        FETCH_SENT);
  }

  private void awaitVma() {
    if (fetch.mustSleep()) {
      sleep(FETCH_ANSWERED);
    } else {
      vmaAnswered();
    }
  }

  private void vmaAnswered() {
    VmaInfo response = fetch.response();
    if (response.result != Outcome.OK) {
      if (here().mmapSem.downRead(this)) {
        fetched();
      } else {
        sleep(FETCH_FAILED);
      }
      return;
    }
    installVma();
  }

  private void installVma() {
    if (cluster.vmaServer.downWriteSpin(here(), this)) {
      spend(Cost.VMA_INSTALL, FETCH_MAP);
    } else {
      sleep(FETCH_INSTALL);
    }
  }

  /** {@code __update_vma}. */
  private void updateVma() {
    Vma found = fetch.response().vma;
    if (found.kind() != RegionKind.SHARED_ANON && here().vmas.covering(page) == null) {
      here().vmas.mapDifference(found);
    }
    here().mmapSem.downgradeWrite();
    fetched();
  }

  private void fetched() {
    if (at == FETCH_RELOCK) {
      fetch = null;
      area = here().vmas.find(page);
      goodArea();
      return;
    }
    VmaInfo response = fetch.response();
    int result =
        response.result == Outcome.OK && response.vma.kind() == RegionKind.SHARED_ANON
            ? Outcome.EIO
            : response.result;
    here().fetches.remove(fetch);
    fetch.end(result);
    fetch = null;
    cluster.observer.vmaOperationEnds(thread, node, "fetch", page, 1, result);
    area = here().vmas.find(page);
    goodArea();
  }

  private void sharedFetch() {
    at = FETCH_RELOCK;
    if (here().mmapSem.downRead(this)) {
      fetched();
    } else {
      sleep(FETCH_RELOCK);
    }
  }

  /** From {@code good_area} of the x86 fault handler: permission, then the page server. */
  private void goodArea() {
    if (area == null || (!area.covers(page) && !area.growsDown())) {
      badArea();
      return;
    }
    if (!area.covers(page)) {
      area = cluster.vmaServer.expandStack(here(), area, page);
    }
    boolean allowed =
        write
            ? area.isWritable()
            : mode == AccessMode.FETCH ? area.isExecutable() : area.protection() != 0;
    if (!allowed) {
      badArea();
    } else if (!cluster.isDistributed()) {
      spend(Cost.FAULT_LOCAL, ORDINARY);
    } else if (here().isRemote()) {
      handleLocalfaultAtRemote();
    } else {
      handleLocalfaultAtOrigin();
    }
  }

  private void badArea() {
    here().mmapSem.upRead();
    end(mode == AccessMode.KERNEL ? Outcome.EFAULT : Outcome.SIGSEGV);
  }

  private boolean isOrdinary() {
    PageTable pages = here().pages;
    byte entry = pages.entry(pageIndex);
    if (!cluster.isDistributed()) {
      return true;
    }
    if (!here().isRemote()) {
      return entry == PageTable.NONE || !pages.has(pageIndex, PageTable.DISTRIBUTED);
    }
    boolean localFile = area.isFileBacked() && !area.isWritable() && !area.isShared();
    return entry == PageTable.NONE && (area.isExecutable() || localFile);
  }

  private void ordinary() {
    if (isOrdinary()) {
      cluster.pageServer.handleOrdinaryFault(here(), area, pageIndex, write);
      resolved(FaultResult.CONTINUE, true);
    } else {
      resolved(FaultResult.OK, true);
    }
  }

  /** {@code __handle_localfault_at_remote}. */
  private void handleLocalfaultAtRemote() {
    if (isOrdinary()) {
      spend(Cost.FAULT_LOCAL, ORDINARY);
      return;
    }
    byte entry = here().pages.entry(pageIndex);
    boolean fetches = entry <= PageTable.INVALID || (write && entry != PageTable.WRITE);
    if (!fetches) {
      resolved(FaultResult.OK, true);
      return;
    }
    if (startFaultHandling()) {
      station = cluster.station(this, 1);
      if (station == null) {
        return;
      }
      station.mustSleep();
      sleep(ANSWERED);
      cluster.pageServer.requestRemotePage(this, Popcorn.ORIGIN, faultFlags());
    }
  }

  /** {@code __handle_localfault_at_origin}. */
  private void handleLocalfaultAtOrigin() {
    if (isOrdinary()) {
      spend(Cost.FAULT_LOCAL, ORDINARY);
      return;
    }
    if (!startFaultHandling()) {
      return;
    }
    if (write && area.isFileBacked() && !copyOnWrite()) {
      return;
    }
    PageServer server = cluster.pageServer;
    if (server.pageIsMine(pageIndex)) {
      if (!write) {
        finish(FaultResult.OK);
      } else if (server.claimLocalPage(this, Popcorn.ORIGIN)) {
        sleep(CLAIMED_LOCAL);
      } else {
        spend(Cost.PAGE_MAP, MAPPED);
      }
    } else if (server.claimRemotePage(this, write, faultFlags())) {
      sleep(CLAIMED_REMOTE);
    }
  }

  /** The copy-on-write step for a write to a file; false where the kernel has a BUG. */
  private boolean copyOnWrite() {
    PageTable pages = here().pages;
    if (area.isShared()) {
      cluster.failures.bug(
          this, "", "the origin writes distributed page " + page + " of a shared file");
      return false;
    }
    if (!pages.has(pageIndex, PageTable.DIRTY) && !pages.has(pageIndex, PageTable.COWED)) {
      pages.raise(pageIndex, PageTable.COWED);
    }
    return true;
  }

  /** Enters the fault table; true as the leader. */
  private boolean startFaultHandling() {
    here().pages.allocate(pageIndex);
    PageServer.Entry entry = cluster.pageServer.startFaultHandling(this, write, false);
    switch (entry) {
      case FOLLOWING -> sleep(FOLLOWED);
      case WAITING -> sleep(NO_HANDLE);
      case RETRY -> noHandle();
      default -> {}
    }
    return entry == PageServer.Entry.LEADER;
  }

  private int faultFlags() {
    return (write ? FaultResult.FLAG_WRITE : 0)
        | (secondAttempt ? FaultResult.FLAG_TRIED : FaultResult.FLAG_ALLOW_RETRY)
        | FaultResult.FLAG_KILLABLE
        | (mode == AccessMode.KERNEL ? 0 : FaultResult.FLAG_USER)
        | (mode == AccessMode.FETCH ? FaultResult.FLAG_INSTRUCTION : 0);
  }

  private void noHandle() {
    here().mmapSem.upRead();
    resolved(FaultResult.RETRY, false);
  }

  private void followed() {
    int result = here().isRemote() ? handle.ret : FaultResult.OK;
    if (result != FaultResult.OK) {
      here().mmapSem.upRead();
    }
    cluster.pageServer.finishFaultHandling(this);
    resolved(result, result == FaultResult.OK);
  }

  private void answered() {
    int result = ((PageResponse) station.reply()).result;
    if (result == FaultResult.OK) {
      spend(Cost.PAGE_COPY, COPIED);
    } else if (result == FaultResult.CONTINUE) {
      spend(Cost.PAGE_MAP, INSTALL);
    } else {
      station = null;
      if (result == FaultResult.RETRY && here().pages.entry(pageIndex) == PageTable.NONE) {
        cluster.stat(node).accountFrameLeaked();
      }
      finish(result);
    }
  }

  private void install() {
    PageResponse response = (PageResponse) station.reply();
    station = null;
    boolean granted = response.result == FaultResult.CONTINUE;
    PageTable pages = here().pages;
    cluster.setEntry(here(), pageIndex, write || granted ? PageTable.WRITE : PageTable.READ);
    pages.raise(pageIndex, (byte) (PageTable.DISTRIBUTED | PageTable.OWN));
    if (!granted) {
      pages.fill(pageIndex, response.contents);
    }
    finish(FaultResult.OK);
  }

  private void claimedRemote() {
    cluster.pageServer.claimedRemotePage(this, write);
    cluster.directory.add(pageIndex, Popcorn.ORIGIN);
    spend(Cost.PAGE_COPY, MAP_CLAIMED);
  }

  private void mapped() {
    station = null;
    cluster.setEntry(here(), pageIndex, write ? PageTable.WRITE : PageTable.READ);
    finish(FaultResult.OK);
  }

  private void finish(int result) {
    if (result != FaultResult.OK) {
      here().mmapSem.upRead();
    }
    handle.ret = result;
    boolean races = cluster.options.racy && handle.revokerWaits();
    boolean revokerFirst = races && world.chance(cluster.options.racyProbability);
    overtaken = revokerFirst && result == FaultResult.OK;
    cluster.pageServer.finishFaultHandling(this, revokerFirst || !races);
    resolved(result, result == FaultResult.OK);
  }

  /** The page server has ended: trace, backoff, and back to the fault handler. */
  private void resolved(int result, boolean holdsSem) {
    if (cluster.isDistributed()) {
      cluster.observer.pageFaultTrace(node, node, thread, page, write, result);
    }
    if (result == FaultResult.RETRY) {
      backOff();
      return;
    }
    task.backoffWeight /= 2;
    if (holdsSem) {
      here().mmapSem.upRead();
    }
    if (result == FaultResult.OK || result == FaultResult.CONTINUE) {
      accessUnlessOvertaken();
    } else {
      int outcome = result == FaultResult.SIGSEGV ? Outcome.SIGSEGV : Outcome.SIGBUS;
      if (here().isRemote()) {
        cluster.failures.failed(
            node,
            thread,
            "K5",
            outcome,
            "page "
                + page
                + ": the origin answered "
                + FaultResult.name(result)
                + "; mmap_sem is released twice");
      }
      end(outcome);
    }
  }

  private void backOff() {
    int weight = ++task.backoffWeight;
    retries++;
    boolean busy = weight <= BUSY_WEIGHTS;
    long delay = busy ? weight * BUSY_NANOS : (weight - BUSY_WEIGHTS) * SLEEP_NANOS;
    cluster.observer.backsOff(thread, node, page, weight, delay);
    at = BACKED_OFF;
    world.backOff(node, thread, busy, delay, this);
  }

  private void retry() {
    if (!secondAttempt) {
      secondAttempt = true;
      lock();
    } else if (mode == AccessMode.KERNEL && cluster.options.kernelAccessLimited) {
      end(Outcome.EFAULT);
    } else {
      accessOrFault();
    }
  }

  private void accessUnlessOvertaken() {
    if (overtaken) {
      overtaken = false;
      at = OVERTAKEN;
      world.overtaken(node, this);
    } else {
      accessOrFault();
    }
  }

  private void accessOrFault() {
    if (here().pages.allows(pageIndex, write)) {
      perform();
      end(Outcome.OK);
    } else {
      exception();
    }
  }

  private void perform() {
    if (write) {
      here().pages.fill(pageIndex, cluster.versions.written(pageIndex));
      here().pages.raise(pageIndex, PageTable.DIRTY);
      cluster.observer.pageChanged(node, page);
    } else {
      task.lastRead = here().pages.contents(pageIndex);
    }
  }

  private void end(int outcome) {
    at = IDLE;
    area = null;
    cluster.observer.faultEnds(thread, node, page, kind, retries, outcome);
    done.ended(thread, outcome);
  }

  @Override
  void digestLocals(Digest digest) {
    super.digestLocals(digest);
    digest.add(write).add(secondAttempt).add(mode == AccessMode.KERNEL);
    if (fetch != null) {
      digest.add(fetch.page());
    }
  }
}
