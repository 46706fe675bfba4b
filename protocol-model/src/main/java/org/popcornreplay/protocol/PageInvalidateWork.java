package org.popcornreplay.protocol;

/** A work item of popcorn_wq at a remote: {@code process_page_invalidate_request}. */
final class PageInvalidateWork extends PageActivity {
  private static final int START = 0;
  private static final int FIND_TASK = 1;
  private static final int LOCKED = 2;
  private static final int HANDLE_DONE = 3;
  private static final int ENDED = 4;

  private final PageInvalidation request;

  PageInvalidateWork(PopcornCluster cluster, Message message) {
    super(cluster, World.Runner.WORK_QUEUE, message.to(), message.thread());
    this.request = (PageInvalidation) message;
    this.peer = message.from();
    this.page = message.page();
    this.pageIndex = cluster.pageIndex(page);
    this.at = START;
  }

  @Override
  void resume() {
    switch (at) {
      case START -> spend(Cost.INVALIDATE_SERVE, FIND_TASK);
      case FIND_TASK -> findTask();
      case LOCKED -> revokeLocalPage();
      case HANDLE_DONE -> handleDone();
      default -> throw new IllegalStateException("invalidation: at=" + at + ", expected a step");
    }
  }

  private void findTask() {
    if (!here().worker.isRunning()) {
      at = ENDED;
      cluster.failures.failed(
          node,
          thread,
          "K10",
          Outcome.HANG,
          "node " + node + " has lost the process and does not answer an invalidation");
      return;
    }
    if (here().mmapSem.downRead(this)) {
      revokeLocalPage();
    } else {
      sleep(LOCKED);
    }
  }

  private void revokeLocalPage() {
    RemoteContext context = here();
    handle = context.faults.get(pageIndex);
    // A fault under way has allocated the page table, also where its entry is still empty.
    boolean hasPageTable = handle != null || context.pages.hasPageTable(pageIndex);
    if (context.vmas.covering(page) == null || !hasPageTable) {
      reply();
    } else if (handle == null) {
      invalidate();
    } else if (handle.invalidate) {
      cluster.failures.bug(this, "", "a second invalidation waits for " + handle);
    } else {
      handle.invalidate = true;
      handle.invalidator = this;
      sleep(HANDLE_DONE);
    }
  }

  private void handleDone() {
    cluster.pageServer.removeHandle(here(), handle);
    invalidate();
  }

  private void invalidate() {
    RemoteContext context = here();
    boolean present =
        context.pages.entry(pageIndex) > PageTable.INVALID
            || context.pages.has(pageIndex, PageTable.NO_RIGHTS);
    if (!present) {
      cluster.failures.bug(
          this, "", "page " + page + " to invalidate is not present at node " + node);
      return;
    }
    context.pages.lower(pageIndex, PageTable.OWN);
    cluster.setEntry(context, pageIndex, PageTable.INVALID);
    reply();
  }

  private void reply() {
    at = ENDED;
    here().mmapSem.upRead();
    cluster.messages.post(
        new PageInvalidation(
            MessageType.PAGE_INVALIDATE_RESPONSE,
            node,
            Popcorn.ORIGIN,
            MessageType.PAGE_INVALIDATE_RESPONSE.wireBytes(),
            thread,
            page,
            request.station),
        this);
    cluster.messages.handled(request, 0);
  }

  @Override
  void digestLocals(Digest digest) {
    super.digestLocals(digest);
    digest.add(request.station);
  }
}
