package org.popcornreplay.traces;

/** Changes of the address space, in recorded order. */
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

  MapTable(TableRows rows) {
    sequence = rows.longs(0);
    thread = rows.ints(1);
    op = rows.texts(2);
    start = rows.longs(3);
    length = rows.longs(4);
    protection = rows.ints(5);
    flags = rows.ints(6);
    offset = rows.longs(7);
    file = rows.texts(8);
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
