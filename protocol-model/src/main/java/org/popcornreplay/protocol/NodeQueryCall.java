package org.popcornreplay.protocol;

/** Somebody reads a /proc file that asks other nodes, one after the other. */
final class NodeQueryCall extends Activity {
  private static final int SENT = 0;
  private static final int ANSWERED = 1;

  private final MessageType type;
  private final Completion done;
  private final int[] targets;
  private int asked;
  private WaitStation station;

  NodeQueryCall(
      PopcornCluster cluster, int node, MessageType type, int[] targets, Completion done) {
    super(cluster, World.Runner.THREAD, node, Message.NO_THREAD);
    this.type = type;
    this.targets = targets;
    this.done = done;
  }

  void askNext() {
    if (asked == targets.length) {
      at = IDLE;
      done.ended(thread, Outcome.OK);
      return;
    }
    station = cluster.station(this, 1);
    if (station != null) {
      int target = targets[asked++];
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
      sleep(ANSWERED);
    } else {
      askNext();
    }
  }

  @Override
  void digestLocals(Digest digest) {
    digest.add(asked);
  }
}
