package org.popcornreplay.traces;

import java.util.Arrays;

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

  /** Column read_ip; what is written is {@link #readSite}. */
  public long[] readIp = {};

  /** Column write_ip; what is written is {@link #writeSite}. */
  public long[] writeIp = {};

  /** The number of the first read's site, as {@link TraceWriter#site(long)} gives it, or 0. */
  public int[] readSite = {};

  /** The number of the first write's site, or 0. */
  public int[] writeSite = {};

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
    readSite = Arrays.copyOf(readSite, room);
    writeSite = Arrays.copyOf(writeSite, room);
    flags = Arrays.copyOf(flags, room);
  }

  /** Takes rows of others, in an order, in place of its own. */
  void take(VisitRows from, int[] order, int count) {
    reserve(count);
    size = count;
    for (int i = 0; i < count; i++) {
      int row = order[i];
      page[i] = from.page[row];
      firstRead[i] = from.firstRead[row];
      firstWrite[i] = from.firstWrite[row];
      reads[i] = from.reads[row];
      writes[i] = from.writes[row];
      readLines[i] = from.readLines[row];
      writeLines[i] = from.writeLines[row];
      readIp[i] = from.readIp[row];
      writeIp[i] = from.writeIp[row];
      readSite[i] = from.readSite[row];
      writeSite[i] = from.writeSite[row];
      flags[i] = from.flags[row];
    }
  }
}
