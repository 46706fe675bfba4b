package org.popcornreplay.protocol;

/** A node that starts tells every other its architecture: {@code broadcast_my_node_info}. */
final class NodeInfoBroadcast extends Activity {
  private int target = -1;

  NodeInfoBroadcast(PopcornCluster cluster, int node) {
    super(cluster, World.Runner.THREAD, node, Message.NO_THREAD);
    this.at = 0;
  }

  @Override
  void resume() {
    target += target + 1 == node ? 2 : 1;
    if (target < cluster.nodes()) {
      cluster.messages.send(
          new Message(
              MessageType.NODE_INFO,
              node,
              target,
              MessageType.NODE_INFO.wireBytes(),
              thread,
              Message.NO_PAGE),
          this,
          0);
    } else {
      at = IDLE;
    }
  }

  @Override
  void digestLocals(Digest digest) {
    digest.addNode(target);
  }
}
