package org.popcornreplay.protocol;

/** The origin peer looks a VMA up for its remote task: {@code process_vma_info_request}. */
final class VmaInfoService extends Activity {
  private static final int LOCKED = 0;
  private static final int LOOK_UP = 1;
  private static final int SENT = 2;

  private final Task task;
  private final VmaInfo request;

  VmaInfoService(PopcornCluster cluster, Task task, VmaInfo request) {
    super(cluster, World.Runner.ORIGIN_PEER, Popcorn.ORIGIN, task.id);
    this.task = task;
    this.request = request;
  }

  void start() {
    if (here().mmapSem.downRead(this)) {
      spend(Cost.VMA_INFO_SERVE, LOOK_UP);
    } else {
      sleep(LOCKED);
    }
  }

  @Override
  void resume() {
    switch (at) {
      case LOCKED -> spend(Cost.VMA_INFO_SERVE, LOOK_UP);
      case LOOK_UP -> lookUp();
      case SENT -> {
        at = IDLE;
        task.originPeer.served(request, 0);
      }
      default -> throw new IllegalStateException("vma info: at=" + at + ", expected a step");
    }
  }

  private void lookUp() {
    long page = request.page();
    Vma area = here().vmas.find(page);
    if (area != null && !area.covers(page)) {
      if (!area.growsDown()) {
        area = null;
      } else if (cluster.options.stackExpands) {
        area = cluster.vmaServer.expandStack(here(), area, page);
      }
    }
    here().mmapSem.upRead();
    cluster.messages.send(
        new VmaInfo(
            MessageType.VMA_INFO_RESPONSE,
            node,
            request.from(),
            MessageType.VMA_INFO_RESPONSE.wireBytes(),
            thread,
            page,
            area == null ? Outcome.ENOENT : Outcome.OK,
            area),
        this,
        SENT);
  }

  @Override
  void digestLocals(Digest digest) {
    digest.add(request.page());
  }
}
