package org.popcornreplay.traces;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.Arrays;

/** Changes of the address space, sorted by seq. */
public final class MapTable {
  private final long[] sequence;
  private final int[] thread;
  private final String[] op;
  private final long[] start;
  private final long[] length;
  private final int[] protection;
  private final int[] flags;
  private final long[] offset;
  private final String[] file;

  /** The rows, sorted by seq; rows of one seq stay as they stand in the file. */
  MapTable(TableRows rows) {
    long[] unsorted = rows.longs(0);
    int[] order = new int[rows.size()];
    Arrays.setAll(order, i -> i);
    IntArrays.mergeSort(order, (a, b) -> Long.compare(unsorted[a], unsorted[b])); // is stable
    sequence = pick(unsorted, order);
    thread = pick(rows.ints(1), order);
    op = pick(rows.texts(2), order);
    start = pick(rows.longs(3), order);
    length = pick(rows.longs(4), order);
    protection = pick(rows.ints(5), order);
    flags = pick(rows.ints(6), order);
    offset = pick(rows.longs(7), order);
    file = pick(rows.texts(8), order);
  }

  private MapTable(MapTable from, int row, Entry entry) {
    boolean isNew = row == from.size();
    int size = isNew ? row + 1 : from.size();
    sequence = Arrays.copyOf(from.sequence, size);
    thread = Arrays.copyOf(from.thread, size);
    op = Arrays.copyOf(from.op, size);
    start = Arrays.copyOf(from.start, size);
    length = Arrays.copyOf(from.length, size);
    protection = Arrays.copyOf(from.protection, size);
    flags = Arrays.copyOf(from.flags, size);
    offset = Arrays.copyOf(from.offset, size);
    file = Arrays.copyOf(from.file, size);
    if (isNew) {
      sequence[row] = -1;
      op[row] = "initial";
      protection[row] = entry.protection();
      flags[row] = entry.flags();
      file[row] = "";
    }
    start[row] = entry.start();
    length[row] = entry.length();
  }

  private record Entry(long start, long length, int protection, int flags) {}

  /** A table in which the mapping of a row is longer. */
  public MapTable lengthened(int row, long length) {
    return new MapTable(this, row, new Entry(start[row], length, 0, 0));
  }

  /**
   * A table with an anonymous mapping more, which is there from the start.
   *
   * @param protection PROT_* bits
   * @param flags MAP_* bits
   */
  public MapTable with(long start, long length, int protection, int flags) {
    return new MapTable(this, size(), new Entry(start, length, protection, flags));
  }

  private static long[] pick(long[] from, int[] order) {
    long[] to = new long[order.length];
    Arrays.setAll(to, i -> from[order[i]]);
    return to;
  }

  private static int[] pick(int[] from, int[] order) {
    int[] to = new int[order.length];
    Arrays.setAll(to, i -> from[order[i]]);
    return to;
  }

  private static String[] pick(String[] from, int[] order) {
    String[] to = new String[order.length];
    Arrays.setAll(to, i -> from[order[i]]);
    return to;
  }

  /** The number of rows. */
  public int size() {
    return sequence.length;
  }

  /** seq of the event that made the change; -1 for the initial map. */
  public long sequence(int row) {
    return sequence[row];
  }

  /** The thread that made it. */
  public int thread(int row) {
    return thread[row];
  }

  /** initial, mmap, munmap, mprotect, mremap, brk, madvise or stack. */
  public String op(int row) {
    return op[row];
  }

  /** First address. */
  public long start(int row) {
    return start[row];
  }

  /** Length in bytes. */
  public long length(int row) {
    return length[row];
  }

  /** PROT_* bits. */
  public int protection(int row) {
    return protection[row];
  }

  /** MAP_* bits; the advice of madvise. */
  public int flags(int row) {
    return flags[row];
  }

  /** Offset in the file. */
  public long offset(int row) {
    return offset[row];
  }

  /** The file, or empty. */
  public String file(int row) {
    return file[row];
  }
}
