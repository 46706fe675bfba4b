package org.popcornreplay.protocol;

/** A work item of popcorn_wq that answers a question about its node (remote_info.c). */
final class NodeQueryWork extends Activity {
  private final NodeQuery request;

  NodeQueryWork(PopcornCluster cluster, NodeQuery request) {
    super(cluster, World.Runner.WORK_QUEUE, request.to(), request.thread());
    this.request = request;
    this.peer = request.from();
    this.at = 0;
  }

  @Override
  void resume() {
    MessageType type =
        switch (request.type()) {
          case REMOTE_PROC_CPUINFO_REQUEST -> MessageType.REMOTE_PROC_CPUINFO_RESPONSE;
          case REMOTE_PROC_MEMINFO_REQUEST -> MessageType.REMOTE_PROC_MEMINFO_RESPONSE;
          default -> MessageType.REMOTE_PROC_PS_RESPONSE;
        };
    cluster.messages.post(
        new NodeQuery(
            type, node, request.from(), type.wireBytes(), thread, Message.NO_PAGE, request.station),
        this);
    cluster.messages.handled(request, 0);
  }
}
