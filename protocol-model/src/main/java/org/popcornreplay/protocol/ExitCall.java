package org.popcornreplay.protocol;

/** A thread ends by itself or by a signal: at the origin, or at a remote. */
final class ExitCall extends ExitActivity {
  private static final int ENDING = 0;
  private static final int TOLD = 1;

  ExitCall(PopcornCluster cluster, Task task) {
    super(cluster, World.Runner.THREAD, task.node, task);
    task.exiting = true;
  }

  void start() {
    spend(Cost.TASK_EXIT, ENDING);
  }

  @Override
  void resumeAt() {
    if (at == TOLD) {
      remoteGone();
    } else if (!here().isRemote()) {
      exitAtOrigin();
    } else if (!here().worker.isRunning()) {
      remoteGone();
    } else {
      cluster.messages.send(
          new Message(
              MessageType.TASK_EXIT_REMOTE,
              node,
              Popcorn.ORIGIN,
              MessageType.TASK_EXIT_REMOTE.wireBytes(),
              thread,
              Message.NO_PAGE),
          this,
          TOLD);
    }
  }

  /** The remote task is no more; its origin peer ends on its own. */
  private void remoteGone() {
    at = IDLE;
    task.node = -1;
    cluster.observer.threadExits(thread, node);
    cluster.calls.end(task, Outcome.OK);
  }

  @Override
  void exited() {
    cluster.observer.threadExits(thread, node);
    if (!cluster.exitGroup.isAwaitedBy(task)) {
      cluster.calls.end(task, Outcome.OK);
    }
  }
}
