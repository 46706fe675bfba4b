package org.popcornreplay.protocol;

/**
 * The remote worker carries an operation of the origin out: {@code __process_vma_op_at_remote}.
 * Only munmap comes, unless VMA_COHERENCE is full.
 */
final class WorkerVmaOperation extends VmaActivity {
  private static final int EXECUTED = 0;

  private final RemoteWorker worker;
  private final VmaOperation request;

  WorkerVmaOperation(PopcornCluster cluster, RemoteWorker worker, VmaOperation request) {
    super(cluster, World.Runner.REMOTE_WORKER, worker.node, request.thread(), request.call);
    this.worker = worker;
    this.request = request;
  }

  void start() {
    execute(usualLocking(), EXECUTED);
  }

  @Override
  void resumeAt() {
    at = IDLE;
    cluster.messages.post(
        operation(MessageType.VMA_OP_RESPONSE, Popcorn.ORIGIN, request.station, executed), this);
    worker.served(executed);
  }
}
