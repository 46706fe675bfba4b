package org.popcornreplay.protocol;

/** A question about a node and its reply: cpuinfo, meminfo, load. */
public final class NodeQuery extends Message {
  /** The asker's wait station. */
  public final int station;

  NodeQuery(MessageType type, int from, int to, int bytes, int thread, long page, int station) {
    super(type, from, to, bytes, thread, page);
    this.station = station;
  }

  @Override
  void digestPayload(Digest digest) {
    digest.add(station);
  }
}
