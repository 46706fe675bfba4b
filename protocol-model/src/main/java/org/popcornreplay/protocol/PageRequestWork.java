package org.popcornreplay.protocol;

/**
 * A work item of popcorn_wq that serves a page request: {@code process_remote_page_request} with
 * {@code __handle_remotefault_at_origin} and {@code __handle_remotefault_at_remote}.
 */
final class PageRequestWork extends PageActivity {
  private static final int START = 0;
  private static final int FIND_TASK = 1;
  private static final int LOCK = 2;
  private static final int POPULATE = 3;
  private static final int WAITED = 4;
  private static final int START_OVER = 5;
  private static final int CLAIMED_REMOTE = 6;
  private static final int CLAIM_COPIED = 7;
  private static final int CLAIMED_LOCAL = 8;
  private static final int MAPPED = 9;
  private static final int COPIED = 10;
  private static final int WRITTEN = 11;
  private static final int REPLY = 12;
  private static final int ENDED = 13;

  private static final int TRYLOCKS = 6;

  private final PageRequest request;
  private final boolean write;
  private final int requester;
  private int attempts;
  private boolean wasAlive;
  private Vma area;
  private boolean granted;
  private boolean zeroFilled;
  private boolean coalesces;

  /** The owner sends the page to the requester itself. */
  private boolean forwarded;

  private int contents;
  private int result;

  PageRequestWork(PopcornCluster cluster, Message message) {
    super(cluster, World.Runner.WORK_QUEUE, message.to(), message.thread());
    this.request = (PageRequest) message;
    this.write = (request.faultFlags & FaultResult.FLAG_WRITE) != 0;
    this.requester = message.from();
    this.peer = message.from();
    this.page = message.page();
    this.pageIndex = cluster.pageIndex(page);
    this.at = START;
  }

  @Override
  void resume() {
    switch (at) {
      case START -> {
        wasAlive = taskExists();
        spend(Cost.PAGE_REQUEST_SERVE, FIND_TASK);
      }
      case FIND_TASK -> findTask();
      case LOCK -> lock();
      case POPULATE -> populate();
      case WAITED -> waited();
      case START_OVER -> startOver();
      case CLAIMED_REMOTE -> claimedRemote();
      case CLAIM_COPIED -> grant();
      case CLAIMED_LOCAL -> grant();
      case MAPPED -> mapped();
      case COPIED -> copied();
      case WRITTEN -> finish(FaultResult.OK);
      case REPLY -> reply();
      default -> throw new IllegalStateException("page request: at=" + at + ", expected a step");
    }
  }

  private void findTask() {
    if (!taskExists()) {
      if (wasAlive && here().isRemote()) {
        cluster.failures.bug(
            this, "K28", "page " + page + " is requested of a process that just dies");
      } else {
        answer(FaultResult.SIGBUS);
      }
      return;
    }
    here().servedRequests++;
    lock();
  }

  private boolean taskExists() {
    return here().isRemote() ? here().worker.isRunning() : cluster.tasks.exists(thread);
  }

  private void lock() {
    MmapSem sem = here().mmapSem;
    if (here().isRemote()) {
      if (sem.downReadSpin(this)) {
        findVma();
      } else {
        sleep(LOCK);
      }
    } else if (sem.downReadTrylock()) {
      findVma();
    } else if (++attempts == TRYLOCKS) {
      here().servedRequests--;
      answer(FaultResult.RETRY);
    } else {
      spend(Cost.TRYLOCK_YIELD, LOCK);
    }
  }

  private void findVma() {
    area = here().vmas.covering(page);
    if (area == null) {
      unlockAndAnswer(FaultResult.SIGBUS);
    } else if (area.isExecutable()) {
      cluster.failures.bug(this, "", "page " + page + " of an executable VMA is requested");
    } else if (here().isRemote()) {
      handleRemotefaultAtRemote();
    } else {
      handleRemotefaultAtOrigin();
    }
  }

  /** {@code __handle_remotefault_at_origin}. */
  private void handleRemotefaultAtOrigin() {
    byte entry = here().pages.entry(pageIndex);
    if (entry == PageTable.NONE) {
      spend(Cost.FAULT_LOCAL, POPULATE);
      return;
    }
    if (area.kind() == RegionKind.VVAR) {
      cluster.failures.bug(this, "", "page " + page + " of a special mapping is requested");
      return;
    }
    coalesces = cluster.options.coalesceReaders && !write && isBeingReadByOthers();
    switch (cluster.pageServer.startFaultHandling(this, write, true)) {
      case LEADER -> leadAtOrigin();
      case WAITING -> sleep(WAITED);
      case RETRY -> unlockAndAnswer(FaultResult.RETRY);
      default -> {}
    }
  }

  private boolean isBeingReadByOthers() {
    FaultHandle ongoing = here().faults.get(pageIndex);
    return ongoing != null && ongoing.remote && !ongoing.write;
  }

  private void populate() {
    if (here().pages.entry(pageIndex) == PageTable.NONE) {
      cluster.pageServer.handlePteFaultOrigin(area, pageIndex, write);
      zeroFilled = !area.isFileBacked();
    }
    handleRemotefaultAtOrigin();
  }

  private void waited() {
    if (coalesces) {
      findVma();
    } else {
      unlockAndAnswer(FaultResult.RETRY);
    }
  }

  private void leadAtOrigin() {
    PageTable pages = here().pages;
    if (pages.entry(pageIndex) == PageTable.ZERO) {
      cluster.setEntry(here(), pageIndex, area.isWritable() ? PageTable.WRITE : PageTable.READ);
      pages.raise(pageIndex, PageTable.DIRTY);
      zeroFilled = true;
    }
    PageServer server = cluster.pageServer;
    if (server.isOwner(pageIndex, requester)) {
      if (!write) {
        cluster.failures.bug(
            this, "K13", "node " + requester + " reads page " + page + " that it owns");
        return;
      }
      granted = true;
      if (server.claimLocalPage(this, requester)) {
        sleep(CLAIMED_LOCAL);
        return;
      }
    } else if (!server.pageIsMine(pageIndex)) {
      forwarded = cluster.options.forwarding && !cluster.options.rdma;
      boolean claims =
          forwarded
              ? server.claimRemotePage(this, write, request.faultFlags, requester, request.station)
              : server.claimRemotePage(this, write, request.faultFlags);
      if (claims) {
        sleep(CLAIMED_REMOTE);
      }
      return;
    } else if (write && server.claimLocalPage(this, Popcorn.ORIGIN)) {
      sleep(CLAIMED_LOCAL);
      return;
    }
    grant();
  }

  private void claimedRemote() {
    cluster.pageServer.claimedRemotePage(this, write);
    forwarded &= ((PageResponse) station.reply()).result == FaultResult.OK;
    spend(Cost.PAGE_COPY, CLAIM_COPIED);
  }

  private void grant() {
    spend(Cost.PAGE_MAP, MAPPED);
  }

  private void mapped() {
    if (here().isRemote()) {
      mappedAtRemote();
      return;
    }
    Directory directory = cluster.directory;
    here().pages.raise(pageIndex, PageTable.DISTRIBUTED);
    directory.add(pageIndex, requester);
    if (write) {
      directory.remove(pageIndex, Popcorn.ORIGIN);
      cluster.setEntry(here(), pageIndex, PageTable.INVALID);
    } else {
      directory.add(pageIndex, Popcorn.ORIGIN);
      cluster.setEntry(here(), pageIndex, PageTable.READ);
    }
    if (forwarded) {
      finish(FaultResult.OK);
    } else if (granted) {
      finish(FaultResult.CONTINUE);
    } else if (zeroFilled && cluster.options.zeroPageGrant) {
      contents = here().pages.contents(pageIndex);
      finish(FaultResult.OK);
    } else {
      copyOut();
    }
  }

  private void copyOut() {
    contents = here().pages.contents(pageIndex);
    if (cluster.options.rdma) {
      cluster.stat(node).accountRdmaWritten(cluster.pageBytes());
      sleep(WRITTEN);
      world.rdmaWrite(node, requester, cluster.pageBytes(), this);
    } else {
      spend(Cost.PAGE_COPY, COPIED);
    }
  }

  private void copied() {
    finish(FaultResult.OK);
  }

  /** {@code __handle_remotefault_at_remote}. */
  private void handleRemotefaultAtRemote() {
    switch (cluster.pageServer.startFaultHandling(this, write, true)) {
      case LEADER -> {
        if (here().pages.entry(pageIndex) == PageTable.NONE) {
          cluster.failures.failed(
              node,
              thread,
              "K16",
              Outcome.BUG,
              "node " + node + " has no entry for page " + page + "; its handle is never released");
          unlockAndAnswer(FaultResult.SIGSEGV);
        } else {
          spend(Cost.PAGE_MAP, MAPPED);
        }
      }
      case WAITING -> sleep(START_OVER);
      case RETRY -> startOver();
      default -> {}
    }
  }

  private void startOver() {
    here().mmapSem.upRead();
    lock();
  }

  private void mappedAtRemote() {
    if (write) {
      here().pages.lower(pageIndex, PageTable.OWN);
      cluster.setEntry(here(), pageIndex, PageTable.INVALID);
    } else {
      cluster.setEntry(here(), pageIndex, PageTable.READ);
    }
    copyOut();
  }

  private void finish(int ended) {
    cluster.pageServer.finishFaultHandling(this);
    unlockAndAnswer(ended);
  }

  private void unlockAndAnswer(int ended) {
    here().mmapSem.upRead();
    here().servedRequests--;
    answer(ended);
  }

  private void answer(int ended) {
    result = ended;
    spend(Cost.PAGE_REPLY, REPLY);
  }

  private void reply() {
    at = ENDED;
    if (cluster.isDistributed()) {
      cluster.observer.pageFaultTrace(node, requester, thread, page, write, result);
    }
    boolean forwards = request.forwardTo >= 0 && result == FaultResult.OK;
    boolean carries =
        result == FaultResult.OK
            && !cluster.options.rdma
            && !(zeroFilled && cluster.options.zeroPageGrant);
    if (forwards) {
      respond(request.forwardTo, request.forwardStation, carries);
      respond(requester, request.station, carries && !write);
    } else if (!forwarded || result != FaultResult.OK) {
      respond(requester, request.station, carries);
    }
    cluster.messages.handled(request, result);
  }

  private void respond(int to, int toStation, boolean carries) {
    MessageType type =
        carries ? MessageType.REMOTE_PAGE_RESPONSE : MessageType.REMOTE_PAGE_RESPONSE_SHORT;
    cluster.messages.post(
        new PageResponse(
            type,
            node,
            to,
            type.wireBytes(cluster.pageBytes()),
            thread,
            page,
            toStation,
            result,
            contents),
        this);
  }

  @Override
  void digestLocals(Digest digest) {
    super.digestLocals(digest);
    digest.add(write).addNode(requester).add(attempts).add(granted).add(zeroFilled).add(result);
    digest.add(request.station).add(forwarded);
  }
}
