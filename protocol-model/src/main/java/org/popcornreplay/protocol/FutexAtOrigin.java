package org.popcornreplay.protocol;

/** A futex system call of a thread at the origin. */
final class FutexAtOrigin extends FutexOperation {
  private final Task task;

  FutexAtOrigin(PopcornCluster cluster, Task task, FutexCall call) {
    super(cluster, World.Runner.THREAD, task, call);
    this.task = task;
  }

  void start() {
    cluster.observer.futexBegins(thread, node, call.operation(), call.address());
    doFutex();
  }

  @Override
  void ended(int returned) {
    at = IDLE;
    cluster.observer.futexEnds(thread, node, call.operation(), call.address(), returned);
    cluster.calls.end(task, returned);
  }
}
