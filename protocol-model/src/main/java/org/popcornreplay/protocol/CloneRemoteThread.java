package org.popcornreplay.protocol;

/** A work item of popcorn_wq that takes a migration request in: {@code clone_remote_thread}. */
final class CloneRemoteThread extends Activity {
  private final Message request;

  CloneRemoteThread(PopcornCluster cluster, Message request) {
    super(cluster, World.Runner.WORK_QUEUE, request.to(), request.thread());
    this.request = request;
    this.peer = request.from();
    this.at = 0;
  }

  @Override
  void resume() {
    RemoteWorker worker = here().worker;
    if (!worker.isCreated()) {
      worker.create();
    }
    worker.push(request);
  }
}
