package org.popcornreplay.protocol;

/** Somebody reads a /proc file that asks every other node in turn. */
final class NodeQueryCall extends Activity {
  private static final int SENT = 0;
  private static final int ANSWERED = 1;

  private final MessageType type;
  private final Completion done;
  private int target = -1;
  private WaitStation station;

  NodeQueryCall(PopcornCluster cluster, int node, MessageType type, Completion done) {
    super(cluster, World.Runner.THREAD, node, Message.NO_THREAD);
    this.type = type;
    this.done = done;
  }

  void askNext() {
    target += target + 1 == node ? 2 : 1;
    if (target >= cluster.nodes()) {
      at = IDLE;
      done.ended(thread, Outcome.OK);
      return;
    }
    station = cluster.station(this, 1);
    if (station != null) {
      cluster.messages.send(
          new NodeQuery(
              type, node, target, type.wireBytes(), thread, Message.NO_PAGE, station.id()),
          this,
          SENT);
    }
  }

  @Override
  void resume() {
    if (at == SENT && station.mustSleep()) {
      sleep(ANSWERED, "the answer of node " + target);
    } else {
      askNext();
    }
  }

  @Override
  void digestLocals(Digest digest) {
    digest.add(target);
  }
}
