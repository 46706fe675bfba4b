package org.popcornreplay.protocol;

/**
 * A thread calls popcorn_migrate: {@code __do_migration} at the origin, {@code __do_back_migration}
 * at a remote.
 */
final class MigrationCall extends Activity {
  private static final int FILLED = 0;
  private static final int BACK_FILLED = 1;
  private static final int AWAY = 2;

  private final Task task;
  private final int nid;

  MigrationCall(PopcornCluster cluster, Task task, int nid) {
    super(cluster, World.Runner.THREAD, task.node, task.id);
    this.task = task;
    this.nid = nid;
  }

  void start() {
    if (nid == Popcorn.ORIGIN) {
      cluster.observer.migrationBegins(thread, node, nid);
      spend(Cost.MIGRATE_SEND, BACK_FILLED);
    } else if (task.isAway()) {
      cluster.failures.failed(
          node, thread, "K21", Outcome.BUG, "migration from remote " + node + " to remote " + nid);
      cluster.calls.end(task, Outcome.BUG);
    } else {
      cluster.observer.migrationBegins(thread, node, nid);
      cluster.processServer.distribute();
      spend(Cost.MIGRATE_SEND, FILLED);
    }
  }

  @Override
  void resume() {
    if (at == FILLED) {
      sleep(AWAY);
      post(MessageType.TASK_MIGRATE);
    } else {
      sleep(AWAY);
      post(MessageType.TASK_MIGRATE_BACK);
    }
  }

  private void post(MessageType type) {
    cluster.messages.post(
        new Message(type, node, nid, type.wireBytes(), thread, Message.NO_PAGE), this);
  }

  @Override
  void digestLocals(Digest digest) {
    digest.addNode(nid);
  }
}
