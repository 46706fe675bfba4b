package org.popcornreplay.protocol;

/**
 * The origin peer leaves its service loop: its thread has come back ({@code
 * process_back_migration}) or has ended ({@code process_remote_task_exit}).
 */
final class PeerResumption extends ExitActivity {
  private static final int RESUMED = 0;
  private static final int ENDING = 1;

  private final Message message;

  PeerResumption(PopcornCluster cluster, Task task, Message message) {
    super(cluster, World.Runner.ORIGIN_PEER, Popcorn.ORIGIN, task);
    this.message = message;
  }

  void start() {
    if (message.type() == MessageType.TASK_MIGRATE_BACK) {
      spend(Cost.TASK_RESUME, RESUMED);
    } else {
      spend(Cost.TASK_EXIT, ENDING);
    }
  }

  @Override
  void resumeAt() {
    if (at == ENDING) {
      exitAtOrigin();
      return;
    }
    at = IDLE;
    int from = message.from();
    task.node = Popcorn.ORIGIN;
    task.migrationTarget = -1;
    task.originPeer.served(message, 0);
    cluster.observer.migrationEnds(thread, from, Popcorn.ORIGIN);
    cluster.calls.end(task, Outcome.OK);
  }

  @Override
  void exited() {
    task.originPeer.served(message, 0);
  }
}
