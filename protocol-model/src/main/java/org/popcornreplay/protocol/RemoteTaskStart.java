package org.popcornreplay.protocol;

/** A new remote task before user mode: {@code remote_thread_main} pairs it with its origin peer. */
final class RemoteTaskStart extends Activity {
  private static final int PAIR = 0;
  private static final int PAIRED = 1;

  private final Task task;

  RemoteTaskStart(PopcornCluster cluster, Task task, int node) {
    super(cluster, World.Runner.THREAD, node, task.id);
    this.task = task;
    this.at = PAIR;
  }

  @Override
  void resume() {
    if (at == PAIR) {
      cluster.messages.send(
          new Message(
              MessageType.TASK_PAIRING,
              node,
              Popcorn.ORIGIN,
              MessageType.TASK_PAIRING.wireBytes(),
              thread,
              Message.NO_PAGE),
          this,
          PAIRED);
    } else {
      at = IDLE;
      task.node = node;
      task.backoffWeight = 0;
      task.migrationTarget = -1;
      cluster.observer.migrationEnds(thread, Popcorn.ORIGIN, node);
      cluster.calls.end(task, Outcome.OK);
    }
  }
}
