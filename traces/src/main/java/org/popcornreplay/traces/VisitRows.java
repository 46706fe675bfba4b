package org.popcornreplay.traces;

import java.util.Arrays;
import org.popcornreplay.traces.arrow.ColumnBatch;

/**
 * The visits of one slice in columns, for {@link TraceWriter#visits}: what docs/trace-format.md
 * says of the columns after {@code length}. Whoever fills it reserves room, writes into the arrays,
 * which growing replaces, and says how many rows there are.
 */
public final class VisitRows {
  /** Column page. */
  public long[] page = {};

  /** Column first_read. */
  public int[] firstRead = {};

  /** Column first_write. */
  public int[] firstWrite = {};

  /** Column reads. */
  public int[] reads = {};

  /** Column writes. */
  public int[] writes = {};

  /** Column read_lines. */
  public long[] readLines = {};

  /** Column write_lines. */
  public long[] writeLines = {};

  /** Column read_ip. */
  public long[] readIp = {};

  /** Column write_ip. */
  public long[] writeIp = {};

  /** Column flags. */
  public byte[] flags = {};

  private int size;

  /** Rows in use. */
  public int size() {
    return size;
  }

  /** Rows that there is room for. */
  public int capacity() {
    return page.length;
  }

  /** Says how many rows are in use. */
  public void setSize(int rows) {
    size = rows;
  }

  /** Makes room for so many rows in all; what is there stays. */
  public void reserve(int rows) {
    if (rows <= page.length) {
      return;
    }
    int room = Math.max(Math.max(rows, 256), 2 * page.length);
    page = Arrays.copyOf(page, room);
    firstRead = Arrays.copyOf(firstRead, room);
    firstWrite = Arrays.copyOf(firstWrite, room);
    reads = Arrays.copyOf(reads, room);
    writes = Arrays.copyOf(writes, room);
    readLines = Arrays.copyOf(readLines, room);
    writeLines = Arrays.copyOf(writeLines, room);
    readIp = Arrays.copyOf(readIp, room);
    writeIp = Arrays.copyOf(writeIp, room);
    flags = Arrays.copyOf(flags, room);
  }

  /** Copies rows into a batch of the table of visits, whose first three columns are not touched. */
  void copy(int[] order, int from, int count, ColumnBatch to, int row) {
    copy(page, order, from, count, to.longs(3), row);
    copy(firstRead, order, from, count, to.ints(4), row);
    copy(firstWrite, order, from, count, to.ints(5), row);
    copy(reads, order, from, count, to.ints(6), row);
    copy(writes, order, from, count, to.ints(7), row);
    copy(readLines, order, from, count, to.longs(8), row);
    copy(writeLines, order, from, count, to.longs(9), row);
    copy(readIp, order, from, count, to.longs(10), row);
    copy(writeIp, order, from, count, to.longs(11), row);
    byte[] toFlags = to.bytes(12);
    for (int i = 0; i < count; i++) {
      toFlags[row + i] = flags[order == null ? from + i : order[from + i]];
    }
  }

  private static void copy(long[] values, int[] order, int from, int count, long[] to, int row) {
    if (order == null) {
      System.arraycopy(values, from, to, row, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      to[row + i] = values[order[from + i]];
    }
  }

  private static void copy(int[] values, int[] order, int from, int count, int[] to, int row) {
    if (order == null) {
      System.arraycopy(values, from, to, row, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      to[row + i] = values[order[from + i]];
    }
  }
}
