package org.popcornreplay.traces;

import static org.popcornreplay.traces.arrow.Column.i32;
import static org.popcornreplay.traces.arrow.Column.i64;

import java.util.Arrays;
import java.util.List;
import org.popcornreplay.traces.arrow.Column;
import org.popcornreplay.traces.arrow.ColumnBatch;

/**
 * Packs and unpacks the batches of accesses: instructions as differences to the row before,
 * addresses as differences to the row before of the same site in the batch. That is half of the
 * bytes and of the decoding time of plain values.
 */
final class AccessPacker {
  static final int INSTRUCTIONS = 0;
  static final int ADDRESS = 1;
  static final int SITE = 2;
  static final List<Column> PLAIN_COLUMNS =
      List.of(i64("instructions"), i64("address"), i32("site"));

  private static final int THREAD = 0;
  private static final int INSTRUCTIONS_DELTA = 1;
  private static final int PACKED_SITE = 2;
  private static final int LOW = 3;
  private static final int HIGH = 4;

  private final ColumnBatch packed = new ColumnBatch(TraceTable.ACCESSES.columns());
  private long[] lastAddress = new long[1024];
  private int[] lastBatch = new int[1024];
  private int batch;
  private long base;

  /**
   * Packs rows of one thread into {@link #packed()}.
   *
   * @return the row after the last one packed: fewer than all where a difference is too large
   */
  int pack(ColumnBatch plain, int from, int thread) {
    long[] instructions = plain.longs(INSTRUCTIONS);
    long[] address = plain.longs(ADDRESS);
    int[] site = plain.ints(SITE);
    int to = plain.rows();
    packed.reserve(to - from);
    Arrays.fill(packed.ints(THREAD), 0, to - from, thread);
    int[] delta = packed.ints(INSTRUCTIONS_DELTA);
    int[] low = packed.ints(LOW);
    int[] high = packed.ints(HIGH);
    base = instructions[from];
    long before = base;
    begin();
    int row = from;
    while (row < to) {
      long step = instructions[row] - before;
      if (step < 0) {
        throw new IllegalArgumentException(
            "instructions=" + instructions[row] + " after " + before + " in thread " + thread);
      }
      if (step > Integer.MAX_VALUE) {
        break;
      }
      before = instructions[row];
      int i = row - from;
      delta[i] = (int) step;
      long difference = address[row] - last(site[row]);
      lastAddress[site[row]] = address[row];
      low[i] = (int) difference;
      high[i] = (int) ((difference - (int) difference) >> 32);
      row++;
    }
    System.arraycopy(site, from, packed.ints(PACKED_SITE), 0, row - from);
    packed.setRows(row - from);
    return row;
  }

  ColumnBatch packed() {
    return packed;
  }

  /** Instructions of the first row of the last batch packed. */
  long base() {
    return base;
  }

  /**
   * Unpacks a batch.
   *
   * @param sites the number of sites; no row may have another one
   * @return the first row that names a site that there is not, or -1
   */
  int unpack(ColumnBatch from, long first, int sites, long[] instructions, long[] address) {
    int[] delta = from.ints(INSTRUCTIONS_DELTA);
    int[] site = from.ints(PACKED_SITE);
    int[] low = from.ints(LOW);
    int[] high = from.ints(HIGH);
    int rows = from.rows();
    if (lastAddress.length < sites) {
      lastAddress = Arrays.copyOf(lastAddress, sites);
      lastBatch = Arrays.copyOf(lastBatch, sites);
    }
    begin();
    long now = first;
    long[] last = lastAddress;
    int[] seen = lastBatch;
    int mark = batch;
    for (int i = 0; i < rows; i++) {
      now += delta[i];
      instructions[i] = now;
      int s = site[i];
      if (s < 0 || s >= sites) {
        return i;
      }
      long at = seen[s] == mark ? last[s] : 0;
      seen[s] = mark;
      at += ((long) high[i] << 32) + low[i];
      last[s] = at;
      address[i] = at;
    }
    return -1;
  }

  private void begin() {
    if (++batch == 0) {
      Arrays.fill(lastBatch, 0);
      batch = 1;
    }
  }

  private long last(int site) {
    if (site >= lastAddress.length) {
      int n = Math.max(site + 1, 2 * lastAddress.length);
      lastAddress = Arrays.copyOf(lastAddress, n);
      lastBatch = Arrays.copyOf(lastBatch, n);
    }
    if (lastBatch[site] != batch) {
      lastBatch[site] = batch;
      return 0;
    }
    return lastAddress[site];
  }
}
