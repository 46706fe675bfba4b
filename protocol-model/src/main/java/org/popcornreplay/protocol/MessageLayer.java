package org.popcornreplay.protocol;

/**
 * The message layer of all nodes (pcn_kmsg.c): accounts messages, gives them to the transport and
 * runs the callback of what arrives in the receive thread of its link.
 */
final class MessageLayer {
  private final PopcornCluster cluster;

  MessageLayer(PopcornCluster cluster) {
    this.cluster = cluster;
  }

  /** {@code pcn_kmsg_send}: {@code sender} goes on at {@code next} when the bytes are taken. */
  void send(Message message, Activity sender, int next) {
    account(message);
    sender.sleep(next, "the transport to take " + message.type());
    cluster.world.transmit(message, sender);
  }

  /** {@code pcn_kmsg_post}: goes on at once. */
  void post(Message message) {
    account(message);
    cluster.world.transmit(message, null);
  }

  private void account(Message message) {
    cluster.stat(message.from()).accountSent(message);
    cluster.observer.messageSent(message);
  }

  /** {@code pcn_kmsg_process}: accounts a message and runs its callback. */
  void process(Message message) {
    int node = message.to();
    cluster.stat(node).accountReceived(message);
    switch (message.type()) {
      case NODE_INFO -> handled(message, 0);
      case TASK_MIGRATE -> queue(message, new CloneRemoteThread(cluster, message));
      case TASK_PAIRING -> cluster.processServer.handleRemoteTaskPairing(message);
      case TASK_EXIT_ORIGIN -> cluster.context(node).worker.push(message);
      case TASK_MIGRATE_BACK, TASK_EXIT_REMOTE, VMA_INFO_REQUEST, FUTEX_REQUEST ->
          cluster.processServer.requestRemoteWork(message);
      case VMA_OP_REQUEST -> {
        if (node == Popcorn.ORIGIN) {
          cluster.processServer.requestRemoteWork(message);
        } else {
          cluster.context(node).worker.push(message);
        }
      }
      case VMA_INFO_RESPONSE -> cluster.vmaServer.handleVmaInfoResponse((VmaInfo) message);
      case VMA_OP_RESPONSE -> complete(message, ((VmaOperation) message).station);
      case REMOTE_PAGE_REQUEST -> queue(message, new PageRequestWork(cluster, message));
      case REMOTE_PAGE_RESPONSE, REMOTE_PAGE_RESPONSE_SHORT ->
          complete(message, ((PageResponse) message).station);
      case PAGE_INVALIDATE_REQUEST -> queue(message, new PageInvalidateWork(cluster, message));
      case PAGE_INVALIDATE_RESPONSE -> complete(message, ((PageInvalidation) message).station);
      case FUTEX_RESPONSE -> complete(message, ((FutexMessage) message).station);
      case REMOTE_PROC_CPUINFO_REQUEST, REMOTE_PROC_MEMINFO_REQUEST, REMOTE_PROC_PS_REQUEST ->
          queue(message, new NodeQueryWork(cluster, (NodeQuery) message));
      case REMOTE_PROC_CPUINFO_RESPONSE, REMOTE_PROC_MEMINFO_RESPONSE, REMOTE_PROC_PS_RESPONSE ->
          complete(message, ((NodeQuery) message).station);
      default ->
          throw new IllegalArgumentException(
              "message: type=" + message.type() + ", expected one that nodes send");
    }
  }

  void handled(Message message, int result) {
    cluster.observer.messageHandled(message, result);
  }

  private void complete(Message message, int station) {
    cluster.stations(message.to()).complete(station, message);
    handled(message, 0);
  }

  private void queue(Message message, Activity work) {
    cluster.world.queueWork(message.to(), message.from(), work);
  }
}
