package org.popcornreplay.protocol;

/** The origin peer runs a delegated futex system call: {@code process_remote_futex_request}. */
final class FutexService extends FutexOperation {
  private final Task task;
  private final FutexMessage request;

  FutexService(PopcornCluster cluster, Task task, FutexMessage request) {
    super(cluster, World.Runner.ORIGIN_PEER, task, request.call);
    this.task = task;
    this.request = request;
  }

  void start() {
    doFutex();
  }

  @Override
  void ended(int returned) {
    at = IDLE;
    cluster.messages.post(
        new FutexMessage(
            MessageType.FUTEX_RESPONSE,
            node,
            request.from(),
            MessageType.FUTEX_RESPONSE.wireBytes(),
            thread,
            call.page(),
            request.station,
            call,
            returned),
        this);
    task.originPeer.served(request, returned);
  }
}
