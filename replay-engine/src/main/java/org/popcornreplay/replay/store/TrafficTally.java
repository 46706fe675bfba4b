package org.popcornreplay.replay.store;

import it.unimi.dsi.fastutil.longs.Long2ObjectRBTreeMap;
import org.popcornreplay.protocol.MessageType;

/** Messages and bytes by type and direction. */
final class TrafficTally {
  private static final MessageType[] TYPES = MessageType.values();
  private final Long2ObjectRBTreeMap<long[]> cells = new Long2ObjectRBTreeMap<>();
  private long latestKey = -1;
  private long[] latest;
  long messages;
  long bytes;

  @SuppressWarnings("EnumOrdinal") // only a key in memory, never stored
  void add(MessageType type, int from, int to, int messageBytes) {
    long key = ((long) from << 40) | ((long) to << 16) | type.ordinal();
    if (key != latestKey) {
      latest = cells.computeIfAbsent(key, k -> new long[2]);
      latestKey = key;
    }
    latest[0]++;
    latest[1] += messageBytes;
    messages++;
    bytes += messageBytes;
  }

  /** Is told every cell that is not empty, by sender, receiver and type. */
  interface Visitor {
    void cell(String type, int from, int to, long messages, long bytes);
  }

  void visit(Visitor visitor) {
    for (var entry : cells.long2ObjectEntrySet()) {
      long key = entry.getLongKey();
      visitor.cell(
          TYPES[(int) (key & 0xffff)].name(),
          (int) (key >> 40),
          (int) (key >> 16 & 0xffffff),
          entry.getValue()[0],
          entry.getValue()[1]);
    }
  }
}
