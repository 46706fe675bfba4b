package org.popcornreplay.traces;

import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntRBTreeSet;
import it.unimi.dsi.fastutil.ints.IntSortedSet;
import java.util.Arrays;

/** Threads of a trace, in the order of the file. */
public final class ThreadTable {
  private final Int2IntOpenHashMap rowOf = new Int2IntOpenHashMap();
  private final int[] thread;
  private final int[] tid;
  private final int[] parent;
  private final String[] name;
  private final long[] stackLow;
  private final long[] stackHigh;
  private final long[] startSequence;
  private final long[] exitSequence;
  private final long[] instructions;
  private final long[] reads;
  private final long[] writes;

  /**
   * The rows of the table, then a row for each thread that has records but no row: the recording
   * was cut before its end.
   */
  ThreadTable(TableRows rows, IntSortedSet withRecords) {
    IntSortedSet missing = new IntRBTreeSet(withRecords);
    for (int t : rows.ints(0)) {
      missing.remove(t);
    }
    int known = rows.size();
    int size = known + missing.size();
    thread = Arrays.copyOf(rows.ints(0), size);
    tid = Arrays.copyOf(rows.ints(1), size);
    parent = Arrays.copyOf(rows.ints(2), size);
    name = Arrays.copyOf(rows.texts(3), size);
    stackLow = Arrays.copyOf(rows.longs(4), size);
    stackHigh = Arrays.copyOf(rows.longs(5), size);
    startSequence = Arrays.copyOf(rows.longs(6), size);
    exitSequence = Arrays.copyOf(rows.longs(7), size);
    instructions = Arrays.copyOf(rows.longs(8), size);
    reads = Arrays.copyOf(rows.longs(9), size);
    writes = Arrays.copyOf(rows.longs(10), size);
    int row = known;
    for (int t : missing) {
      thread[row] = t;
      tid[row] = -1;
      parent[row] = -1;
      name[row] = "";
      startSequence[row] = -1;
      exitSequence[row] = -1;
      instructions[row] = -1;
      row++;
    }
    for (int i = 0; i < size; i++) {
      rowOf.putIfAbsent(thread[i], i);
    }
  }

  /** The row of a thread, or -1. */
  public int row(int ofThread) {
    return rowOf.getOrDefault(ofThread, -1);
  }

  /** The number of rows. */
  public int size() {
    return thread.length;
  }

  /** The thread: 0 = main, never reused. */
  public int thread(int row) {
    return thread[row];
  }

  /** The kernel's number of the thread. */
  public int tid(int row) {
    return tid[row];
  }

  /** The thread that created it, or -1. */
  public int parent(int row) {
    return parent[row];
  }

  /** Its name, or empty. */
  public String name(int row) {
    return name[row];
  }

  /** Lowest address of its stack, or 0. */
  public long stackLow(int row) {
    return stackLow[row];
  }

  /** End of its stack, or 0. */
  public long stackHigh(int row) {
    return stackHigh[row];
  }

  /** seq of its start; -1 where it is not known. */
  public long startSequence(int row) {
    return startSequence[row];
  }

  /** seq of its exit; -1 where it did not exit. */
  public long exitSequence(int row) {
    return exitSequence[row];
  }

  /** Instructions that it executed; -1 where it is not known (recording cut). */
  public long instructions(int row) {
    return instructions[row];
  }

  /** Its reads. */
  public long reads(int row) {
    return reads[row];
  }

  /** Its writes. */
  public long writes(int row) {
    return writes[row];
  }
}
