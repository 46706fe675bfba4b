package org.popcornreplay.traces;

import org.popcornreplay.traces.arrow.ColumnBatch;

/** Walks the accesses of one thread of a trace of full detail, in order of instructions. */
public final class AccessCursor {
  private final ThreadBatches batches;
  private int row = -1;
  private int rows;
  private long[] instructions;
  private long[] address;
  private int[] bytes;
  private byte[] kind;
  private long[] ip;
  private byte[] flags;

  AccessCursor(ThreadBatches batches) {
    this.batches = batches;
  }

  /** Goes to the next access; false at the end. */
  public boolean next() {
    if (++row < rows) {
      return true;
    }
    row = 0;
    rows = 0;
    if (!batches.load()) {
      return false;
    }
    ColumnBatch b = batches.batch();
    rows = b.rows();
    instructions = b.longs(1);
    address = b.longs(2);
    bytes = b.ints(3);
    kind = b.bytes(4);
    ip = b.longs(5);
    flags = b.bytes(6);
    return true;
  }

  /** Instructions that the thread executed before it. */
  public long instructions() {
    return instructions[row];
  }

  /** The address. */
  public long address() {
    return address[row];
  }

  /** Its size in bytes. */
  public int bytes() {
    return bytes[row];
  }

  /** One of {@link AccessKind}. */
  public int kind() {
    return kind[row];
  }

  /** The code address. */
  public long ip() {
    return ip[row];
  }

  /** Bits of {@link VisitFlags}. */
  public int flags() {
    return flags[row] & 0xff;
  }
}
