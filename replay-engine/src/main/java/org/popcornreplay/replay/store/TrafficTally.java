package org.popcornreplay.replay.store;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.Arrays;
import org.popcornreplay.protocol.MessageType;

/** Messages and bytes by type and direction. */
final class TrafficTally {
  private static final MessageType[] TYPES = MessageType.values();
  private final Long2ObjectOpenHashMap<long[]> cells = new Long2ObjectOpenHashMap<>();
  private long latestKey = -1;
  private long[] latest;
  long messages;
  long bytes;

  @SuppressWarnings("EnumOrdinal") // only a key in memory, never stored
  void add(MessageType type, int from, int to, int messageBytes) {
    long key = ((long) from << 40) | ((long) to << 16) | type.ordinal();
    if (key != latestKey) {
      latest = cells.get(key);
      if (latest == null) {
        latest = new long[2];
        cells.put(key, latest);
      }
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
    long[] keys = cells.keySet().toLongArray();
    Arrays.sort(keys);
    for (long key : keys) {
      long[] cell = cells.get(key);
      visitor.cell(
          TYPES[(int) (key & 0xffff)].name(),
          (int) (key >> 40),
          (int) (key >> 16 & 0xffffff),
          cell[0],
          cell[1]);
    }
  }
}
