package org.popcornreplay.protocol;

import org.popcornreplay.protocol.VmaCall.Operation;

/** The origin peer carries a delegated VMA operation out: {@code __process_vma_op_at_origin}. */
final class VmaOperationService extends VmaActivity {
  private static final int TOLD = 0;
  private static final int EXECUTED = 1;
  private static final int OTHERS_TOLD = 2;

  private final Task task;
  private final VmaOperation request;

  VmaOperationService(PopcornCluster cluster, Task task, VmaOperation request) {
    super(cluster, World.Runner.ORIGIN_PEER, Popcorn.ORIGIN, task.id, request.call);
    this.task = task;
    this.request = request;
  }

  void start() {
    if (call.operation() == Operation.MUNMAP) {
      broadcast(request.from(), TOLD);
    } else {
      execute(isRelease() ? Locking.READ : usualLocking(), EXECUTED);
    }
  }

  private boolean isRelease() {
    return call.operation() == Operation.MADVISE && call.advice() == Advice.RELEASE;
  }

  @Override
  int executeLocked() {
    if (isRelease()) {
      cluster.pageServer.releaseAtOrigin(request.from(), call.start(), call.start() + call.pages());
      return Outcome.OK;
    }
    return super.executeLocked();
  }

  @Override
  void resumeAt() {
    switch (at) {
      case TOLD -> execute(usualLocking(), OTHERS_TOLD);
      case EXECUTED -> {
        boolean tells =
            cluster.options.vmaBroadcast
                && executed == Outcome.OK
                && call.operation() != Operation.MMAP
                && !isRelease();
        if (tells) {
          broadcast(request.from(), OTHERS_TOLD);
        } else {
          reply();
        }
      }
      case OTHERS_TOLD -> reply();
      default -> throw new IllegalStateException("vma service: at=" + at + ", expected a step");
    }
  }

  /** {@code __reply_vma_op}; a failing brk is not reported (K29). */
  private void reply() {
    at = IDLE;
    int result = call.operation() == Operation.BRK ? Outcome.OK : executed;
    cluster.messages.post(
        operation(MessageType.VMA_OP_RESPONSE, request.from(), request.station, result), this);
    task.originPeer.served(request, result);
  }
}
