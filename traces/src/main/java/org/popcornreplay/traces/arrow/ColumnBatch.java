package org.popcornreplay.traces.arrow;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Rows in columns of primitive arrays. Arrays grow; rows beyond {@link #rows()} mean nothing. */
public final class ColumnBatch {
  private final List<Column> columns;
  private final byte[][] bytes;
  private final int[][] ints;
  private final long[][] longs;
  private final byte[][] text;
  private final boolean[] zero;
  private int rows;
  private int capacity;

  /** An empty batch. */
  public ColumnBatch(List<Column> columns) {
    this.columns = columns;
    int n = columns.size();
    bytes = new byte[n][];
    ints = new int[n][];
    longs = new long[n][];
    text = new byte[n][];
    zero = new boolean[n];
    for (int c = 0; c < n; c++) {
      switch (columns.get(c).type()) {
        case U8 -> bytes[c] = new byte[0];
        case I32 -> ints[c] = new int[0];
        case I64 -> longs[c] = new long[0];
        case TEXT -> {
          text[c] = new byte[0];
          ints[c] = new int[1];
        }
      }
    }
  }

  /** The columns. */
  public List<Column> columns() {
    return columns;
  }

  /** Rows in use. */
  public int rows() {
    return rows;
  }

  /** Rows that fit before arrays grow. */
  public int capacity() {
    return capacity;
  }

  /** Says how many rows are in use. */
  public void setRows(int rows) {
    if (rows > capacity) {
      throw new IllegalArgumentException("rows=" + rows + ", capacity is " + capacity);
    }
    this.rows = rows;
  }

  /** Makes room for at least so many rows; what is there stays. */
  public void reserve(int wanted) {
    if (wanted <= capacity) {
      return;
    }
    for (int c = 0; c < columns.size(); c++) {
      switch (columns.get(c).type()) {
        case U8 -> bytes[c] = Arrays.copyOf(bytes[c], wanted);
        case I32 -> ints[c] = Arrays.copyOf(ints[c], wanted);
        case I64 -> longs[c] = Arrays.copyOf(longs[c], wanted);
        case TEXT -> ints[c] = Arrays.copyOf(ints[c], wanted + 1);
      }
    }
    capacity = wanted;
  }

  /** The values of an unsigned 8-bit column. */
  public byte[] bytes(int column) {
    return bytes[column];
  }

  /** The values of a 32-bit column; for text the row's offsets, one more than rows. */
  public int[] ints(int column) {
    return ints[column];
  }

  /** The values of a 64-bit column. */
  public long[] longs(int column) {
    return longs[column];
  }

  /** The UTF-8 bytes of a text column, all rows after one another. */
  public byte[] textBytes(int column) {
    return text[column];
  }

  /** Replaces the UTF-8 bytes of a text column. */
  void setTextBytes(int column, byte[] utf8) {
    text[column] = utf8;
  }

  /** Whether it was said of a column that all its values are 0. */
  public boolean isZero(int column) {
    return zero[column];
  }

  /** Says whether all values of a column are 0, so that a writer need not look. */
  public void setZero(int column, boolean isZero) {
    zero[column] = isZero;
  }

  /** A value of a text column. */
  public String text(int column, int row) {
    int from = ints[column][row];
    return new String(text[column], from, ints[column][row + 1] - from, StandardCharsets.UTF_8);
  }

  /** Appends a text value at the given row; rows must be filled in order. */
  public void putText(int column, int row, String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    int from = row == 0 ? 0 : ints[column][row];
    int to = from + utf8.length;
    if (to > text[column].length) {
      text[column] = Arrays.copyOf(text[column], Math.max(to, 2 * text[column].length));
    }
    System.arraycopy(utf8, 0, text[column], from, utf8.length);
    ints[column][0] = 0;
    ints[column][row + 1] = to;
  }

  /** A number of any number column as long; unsigned for 8 bits. */
  public long number(int column, int row) {
    return switch (columns.get(column).type()) {
      case U8 -> bytes[column][row] & 0xff;
      case I32 -> ints[column][row];
      case I64 -> longs[column][row];
      case TEXT -> throw new IllegalArgumentException(columns.get(column).name());
    };
  }
}
