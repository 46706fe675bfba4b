package org.popcornreplay.replay.store;

import java.util.Arrays;

/** Rows of one table, column by column, until they become an Arrow batch. */
final class RowBatch {
  private static final int FIRST_ROWS = 1_024;

  private final Column[] columns;
  private final int rowLimit;
  private int capacity;
  private int rows;
  private int cursor;
  final long[][] longs;
  final int[][] ints;

  RowBatch(Column[] columns, int rowLimit) {
    this.columns = columns;
    this.rowLimit = rowLimit;
    this.longs = new long[columns.length][];
    this.ints = new int[columns.length][];
    grow(Math.min(FIRST_ROWS, rowLimit));
  }

  int rows() {
    return rows;
  }

  /** Takes all rows out; the room for them stays. */
  void clear() {
    rows = 0;
  }

  /** The column that the next value goes into. */
  int cursor() {
    return cursor;
  }

  void put(long value) {
    longs[cursor++][rows] = value;
  }

  void put(int value) {
    ints[cursor++][rows] = value;
  }

  /** Ends the row; true when no further row fits. */
  boolean endRow() {
    if (cursor != columns.length) {
      throw new IllegalStateException("row: columns=" + cursor + ", expected " + columns.length);
    }
    cursor = 0;
    rows++;
    if (rows == capacity && capacity < rowLimit) {
      grow((int) Math.min(rowLimit, capacity * 4L));
    }
    return rows == rowLimit;
  }

  private void grow(int newCapacity) {
    capacity = newCapacity;
    for (int c = 0; c < columns.length; c++) {
      switch (columns[c].kind()) {
        case BIGINT, MASK ->
            longs[c] = longs[c] == null ? new long[capacity] : Arrays.copyOf(longs[c], capacity);
        case INTEGER, WORD ->
            ints[c] = ints[c] == null ? new int[capacity] : Arrays.copyOf(ints[c], capacity);
      }
    }
  }
}
