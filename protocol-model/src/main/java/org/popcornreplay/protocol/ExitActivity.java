package org.popcornreplay.protocol;

/**
 * A task of the origin ends (do_exit): {@code __exit_origin_task}, then the kernel reads its list
 * of robust mutexes, clears its {@code clear_child_tid} word and wakes who waits for it.
 */
abstract class ExitActivity extends Activity {
  static final int TERMINATING = 200;
  private static final int TERMINATED = 201;

  final Task task;

  /** The last node that was told of the end. */
  int terminated = Popcorn.ORIGIN;

  ExitActivity(PopcornCluster cluster, World.Runner runner, int node, Task task) {
    super(cluster, runner, node, task.id);
    this.task = task;
  }

  /** From {@code popcorn_exit_task} on, at the origin. */
  final void exitAtOrigin() {
    boolean last = cluster.tasks.live() == 1;
    if (last && cluster.isDistributed()) {
      if (cluster.origin().servedRequests > 0 && !cluster.options.cleanExit) {
        cluster.failures.failed(
            Popcorn.ORIGIN,
            thread,
            "K15",
            Outcome.OK,
            "the last thread ends while a request is served: remote workers stay for ever");
        gone();
      } else {
        cluster.processServer.terminateRemotes(this, TERMINATED);
      }
    } else if (!last) {
      at = IDLE;
      exitRobustList();
    } else {
      gone();
    }
  }

  /** exit_robust_list: reads the head of the thread's list of robust mutexes. */
  private void exitRobustList() {
    if (task.robustListPage == Popcorn.NO_PAGE) {
      clearChildTid();
      return;
    }
    task.fault.access(
        Popcorn.ORIGIN,
        task.robustListPage,
        false,
        AccessMode.KERNEL,
        (id, result) -> {
          if (result == Outcome.OK || result == Outcome.EFAULT) {
            clearChildTid();
          }
        });
  }

  /** mm_release: writes 0 to the clear_child_tid word, where other threads live. */
  private void clearChildTid() {
    if (task.tidPage == Popcorn.NO_PAGE) {
      gone();
      return;
    }
    task.fault.access(
        Popcorn.ORIGIN, task.tidPage, true, AccessMode.KERNEL, (id, result) -> cleared(result));
  }

  private void cleared(int result) {
    if (result != Outcome.OK && result != Outcome.EFAULT) {
      return;
    }
    cluster.futexServer.wake(FutexCall.wake(task.tidPage, task.tidAddress, 1), thread);
    gone();
  }

  private void gone() {
    at = IDLE;
    cluster.tasks.ended(task);
    exited();
  }

  @Override
  final void resume() {
    switch (at) {
      case TERMINATING -> cluster.processServer.terminateRemotes(this, TERMINATED);
      case TERMINATED -> gone();
      default -> resumeAt();
    }
  }

  /** Goes on at a step of the subclass. */
  abstract void resumeAt();

  /** The task at the origin is no more. */
  abstract void exited();

  @Override
  void digestLocals(Digest digest) {
    digest.addNode(terminated);
  }
}
