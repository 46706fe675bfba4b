package org.popcornreplay.protocol;

import java.util.BitSet;

/**
 * The functions of process_server.c that its contexts share. The contexts are {@link
 * MigrationCall}, {@link CloneRemoteThread}, {@link RemoteWorker}, {@link RemoteTaskStart}, {@link
 * OriginPeer}, {@link PeerResumption} and {@link ExitCall}.
 */
final class ProcessServer {
  private final PopcornCluster cluster;

  /** Nodes whose {@code remote_tgids} entry is set; never cleared. */
  private final BitSet hosts = new BitSet();

  private boolean distributed;

  ProcessServer(PopcornCluster cluster) {
    this.cluster = cluster;
  }

  /** Whether the process has a {@code remote_context}: it has migrated at least once. */
  boolean isDistributed() {
    return distributed;
  }

  void distribute() {
    distributed = true;
  }

  void addHost(int node) {
    hosts.set(node);
  }

  /** Whether {@code remote_tgids[nid] != 0}. */
  boolean isHost(int node) {
    return hosts.get(node);
  }

  /**
   * The first node from {@code from} on that has hosted the process, the origin not; -1 if none.
   */
  int nextHost(int from) {
    return hosts.nextSetBit(from);
  }

  /** {@code handle_remote_task_pairing}. */
  void handleRemoteTaskPairing(Message message) {
    addHost(message.from());
    cluster.messages.handled(message, 0);
  }

  /** {@code request_remote_work} at the origin: unknown pids drop the message (K19). */
  void requestRemoteWork(Message message) {
    Task task = cluster.tasks.get(message.thread());
    if (task.ended) {
      cluster.failures.failed(
          message.to(),
          message.thread(),
          "K19",
          Outcome.HANG,
          message.type() + " for thread " + message.thread() + ", which has ended, is dropped");
      return;
    }
    task.originPeer.request(message);
  }

  /** The checks of sys_popcorn_migrate; 0 where a migration may begin. */
  int checkMigration(Task task, int nid) {
    int limit = Math.max(PopcornCluster.MAX_POPCORN_NODES, cluster.nodes());
    if (nid < 0 || nid >= limit) {
      return Outcome.EINVAL;
    }
    if (nid == task.node) {
      return Outcome.EBUSY;
    }
    return nid >= cluster.nodes() ? Outcome.EAGAIN : Outcome.OK;
  }

  /** {@code __terminate_remotes}: tells every node that ever hosted the process. */
  void terminateRemotes(ExitActivity last, int next) {
    int target = nextHost(last.terminated + 1);
    if (target < 0) {
      last.at = next;
      last.resume();
      return;
    }
    last.terminated = target;
    cluster.messages.send(
        new Message(
            MessageType.TASK_EXIT_ORIGIN,
            Popcorn.ORIGIN,
            target,
            MessageType.TASK_EXIT_ORIGIN.wireBytes(),
            last.thread,
            Message.NO_PAGE),
        last,
        ExitActivity.TERMINATING);
  }

  /** Whether the sender of a message is a task that has been told to die and has not yet. */
  boolean hasSignalPending(Activity sender) {
    Task task = cluster.tasks.exists(sender.thread) ? cluster.tasks.get(sender.thread) : null;
    if (task == null || !task.killed || task.exiting) {
      return false;
    }
    return switch (sender.runner) {
      case THREAD -> !(task.killedAtOrigin && sender.node != Popcorn.ORIGIN);
      case ORIGIN_PEER -> task.killedAtOrigin;
      case WORK_QUEUE, REMOTE_WORKER, RECEIVER -> false;
    };
  }

  /** What the ending worker does to user threads that are still there (K27). */
  void endLeftoverTasks(int node) {
    for (Task task : cluster.tasks.all()) {
      if (task.node == node) {
        if (!cluster.options.cleanExit) {
          cluster.failures.failed(
              node, task.id, "K27", Outcome.BUG, "thread " + task.id + " outlives its worker");
        }
        task.node = -1;
        cluster.observer.threadExits(task.id, node);
        cluster.calls.end(task, Outcome.EINTR);
      }
    }
  }
}
