package org.popcornreplay.protocol;

/** A futex system call at a remote: {@code process_server_do_futex_at_remote} delegates it. */
final class FutexAtRemote extends Activity {
  private static final int SENT = 0;
  private static final int ANSWERED = 1;

  private final Task task;
  private final FutexCall call;
  private WaitStation station;

  FutexAtRemote(PopcornCluster cluster, Task task, FutexCall call) {
    super(cluster, World.Runner.THREAD, task.node, task.id);
    this.task = task;
    this.call = call;
  }

  void start() {
    cluster.observer.futexBegins(thread, node, call.operation(), call.address());
    station = cluster.station(this, 1);
    if (station != null) {
      cluster.messages.send(
          new FutexMessage(
              MessageType.FUTEX_REQUEST,
              node,
              Popcorn.ORIGIN,
              MessageType.FUTEX_REQUEST.wireBytes(),
              thread,
              call.page(),
              station.id(),
              call,
              0),
          this,
          SENT);
    }
  }

  @Override
  void resume() {
    if (at == SENT && station.mustSleep()) {
      sleep(ANSWERED);
      return;
    }
    int returned = ((FutexMessage) station.reply()).result;
    at = IDLE;
    cluster.observer.futexEnds(thread, node, call.operation(), call.address(), returned);
    cluster.calls.end(task, returned);
  }

  @Override
  void digestLocals(Digest digest) {
    call.digest(digest);
  }
}
