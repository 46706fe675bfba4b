package org.popcornreplay.protocol;

/**
 * The message layer of all nodes (pcn_kmsg.c): accounts messages, gives them to the transport and
 * runs the callback of what arrives in the receive thread of its link.
 */
final class MessageLayer {
  /** Receive buffers of an RDMA connection ({@code MAX_RECV_DEPTH}). */
  static final int MAX_RECV_DEPTH = 64;

  private final PopcornCluster cluster;

  /** By peer: receive buffers of the origin that a munmap has never given back (K11). */
  private final int[] creditsLeaked;

  MessageLayer(PopcornCluster cluster, int nodes) {
    this.cluster = cluster;
    this.creditsLeaked = new int[nodes];
  }

  /** The origin keeps the reply of a node to a munmap for ever, and its receive buffer with it. */
  void leakReceiveCredit(int peer) {
    if (cluster.options.rdma && cluster.options.leaksCredits) {
      creditsLeaked[peer]++;
    }
  }

  /** {@code pcn_kmsg_send}: {@code sender} goes on at {@code next} when the bytes are taken. */
  void send(Message message, Activity sender, int next) {
    account(message);
    sender.sleep(next);
    if (isLost(message, sender)) {
      sender.run();
    } else {
      cluster.world.transmit(message, sender);
    }
  }

  /** {@code pcn_kmsg_post}: goes on at once. */
  void post(Message message, Activity sender) {
    account(message);
    if (!isLost(message, sender)) {
      cluster.world.transmit(message, null);
    }
  }

  /** {@code enq_send}: who has a signal pending does not wait for a place in a full queue (K18). */
  private boolean isLost(Message message, Activity sender) {
    boolean lost =
        cluster.options.loses
            && cluster.world.isSendQueueFull(message.from(), message.to())
            && cluster.processServer.hasSignalPending(sender);
    if (lost) {
      cluster.failures.failed(
          sender.node,
          sender.thread,
          "K18",
          Outcome.OK,
          message + " is dropped: the queue is full and its sender has a signal pending");
    }
    return lost;
  }

  private void account(Message message) {
    cluster.stat(message.from()).accountSent(message);
    cluster.observer.messageSent(message);
  }

  /** {@code pcn_kmsg_process}: accounts a message and runs its callback. */
  void process(Message message) {
    int node = message.to();
    if (node == Popcorn.ORIGIN && creditsLeaked[message.from()] >= MAX_RECV_DEPTH) {
      cluster.failures.failed(
          node,
          message.thread(),
          "K11",
          Outcome.HANG,
          message + " finds no receive buffer: munmap has leaked all " + MAX_RECV_DEPTH);
      return;
    }
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
