package org.popcornreplay.protocol;

/**
 * The origin peer of a migrated thread: the original task, parked inside popcorn_migrate, which
 * serves what its remote task delegates, one thing at a time ({@code process_server_do_migration},
 * {@code process_remote_works}).
 */
final class OriginPeer extends Activity {
  private final Task task;
  private Message slot;
  private boolean serves;

  OriginPeer(PopcornCluster cluster, Task task) {
    super(cluster, World.Runner.ORIGIN_PEER, Popcorn.ORIGIN, task.id);
    this.task = task;
    this.at = 0;
  }

  /** Puts a request into the slot; a second one is a kernel BUG (process_server.c:838). */
  void request(Message message) {
    if (slot != null) {
      cluster.failures.bug(this, "", "the slot of thread " + thread + "'s origin peer is full");
      return;
    }
    slot = message;
    if (!serves) {
      serves = true;
      wake();
    }
  }

  @Override
  void resume() {
    Message message = slot;
    slot = null;
    switch (message.type()) {
      case VMA_INFO_REQUEST -> new VmaInfoService(cluster, task, (VmaInfo) message).start();
      case VMA_OP_REQUEST -> new VmaOperationService(cluster, task, (VmaOperation) message).start();
      case FUTEX_REQUEST -> new FutexService(cluster, task, (FutexMessage) message).start();
      case TASK_EXIT_REMOTE, TASK_MIGRATE_BACK ->
          new PeerResumption(cluster, task, message).start();
      default ->
          throw new IllegalArgumentException(
              "origin peer: type=" + message.type() + ", expected a delegated request");
    }
  }

  /** The request has been served. */
  void served(Message message, int result) {
    cluster.messages.handled(message, result);
    serves = slot != null;
    if (serves) {
      wake();
    }
  }

  boolean isIdle() {
    return !serves;
  }

  void digestSlot(Digest digest) {
    digest.add(serves);
    if (slot != null) {
      slot.digest(digest);
    }
  }
}
