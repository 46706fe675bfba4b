package org.popcornreplay.replay;

import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.MessageType;

/** Counts messages and their bytes by direction and type. */
@SuppressWarnings("EnumOrdinal") // arrays by the position of a constant within one run
public final class Traffic {
  private static final MessageType[] TYPES = MessageType.values();

  private final long[][][] byLink;
  private long messages;
  private long bytes;

  Traffic(int nodes) {
    byLink = new long[nodes][nodes][];
  }

  void count(Message message) {
    long[] cells = byLink[message.from()][message.to()];
    if (cells == null) {
      cells = new long[2 * TYPES.length];
      byLink[message.from()][message.to()] = cells;
    }
    int cell = 2 * message.type().ordinal();
    cells[cell]++;
    cells[cell + 1] += message.bytes();
    messages++;
    bytes += message.bytes();
  }

  /** All messages. */
  public long messages() {
    return messages;
  }

  /** The bytes of all messages, headers included. */
  public long bytes() {
    return bytes;
  }

  /** Messages of a type from one node to another. */
  public long count(int from, int to, MessageType type) {
    long[] cells = byLink[from][to];
    return cells == null ? 0 : cells[2 * type.ordinal()];
  }

  /** Bytes of the messages of a type from one node to another. */
  public long bytes(int from, int to, MessageType type) {
    long[] cells = byLink[from][to];
    return cells == null ? 0 : cells[2 * type.ordinal() + 1];
  }

  /** Whether anything went from one node to another. */
  public boolean any(int from, int to) {
    return byLink[from][to] != null;
  }
}
