package org.popcornreplay.replay.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Rows of one table, column by column, in memory outside of the Java heap: DuckDB reads them where
 * they are. A batch is filled again when DuckDB is done with it.
 */
final class RowBatch implements AutoCloseable {
  private final ArrowBuf memory;
  private final int columnCount;
  private final int rowLimit;
  private final LongBuffer[] longs;
  private final IntBuffer[] ints;
  private final ArrowBuf[] values;
  private int rows;
  private int cursor;

  /** Room for {@code rowLimit} rows; pages of it that are never written cost nothing. */
  RowBatch(BufferAllocator allocator, List<Column> columns, int rowLimit) {
    this.columnCount = columns.size();
    this.rowLimit = rowLimit;
    this.longs = new LongBuffer[columns.size()];
    this.ints = new IntBuffer[columns.size()];
    this.values = new ArrowBuf[columns.size()];
    this.memory = allocator.buffer((long) rowLimit * rowBytes(columns));
    long at = 0;
    for (int c = 0; c < columns.size(); c++) {
      int bytes = rowLimit * columns.get(c).valueBytes();
      values[c] = memory.slice(at, bytes);
      ByteBuffer room = values[c].nioBuffer(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
      if (columns.get(c).valueBytes() == Long.BYTES) {
        longs[c] = room.asLongBuffer();
      } else {
        ints[c] = room.asIntBuffer();
      }
      at += bytes;
    }
  }

  private static int rowBytes(List<Column> columns) {
    int bytes = 0;
    for (Column column : columns) {
      bytes += column.valueBytes();
    }
    return bytes;
  }

  int rows() {
    return rows;
  }

  /** Memory that is taken. */
  long bytes() {
    return memory.capacity();
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
    longs[cursor++].put(rows, value);
  }

  void put(int value) {
    ints[cursor++].put(rows, value);
  }

  /** Ends the row; true when no further row fits. */
  boolean endRow() {
    if (cursor != columnCount) {
      throw new IllegalStateException("row: columns=" + cursor + ", expected " + columnCount);
    }
    cursor = 0;
    rows++;
    return rows == rowLimit;
  }

  /** The values of a column, as Arrow lays them out. */
  ArrowBuf values(int column) {
    return values[column];
  }

  /** The word that all rows have in a column, or -1 where they differ. */
  int onlyWord(int column) {
    IntBuffer words = ints[column];
    int first = words.get(0);
    for (int row = 1; row < rows; row++) {
      if (words.get(row) != first) {
        return -1;
      }
    }
    return first;
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    memory.close();
  }
}
