package org.popcornreplay.traces;

import java.nio.file.Path;
import java.util.List;
import org.popcornreplay.traces.arrow.BatchPlace;
import org.popcornreplay.traces.arrow.Column;
import org.popcornreplay.traces.arrow.ColumnBatch;
import org.popcornreplay.traces.arrow.ColumnType;
import org.popcornreplay.traces.arrow.StreamFile;
import org.popcornreplay.traces.cli.CommandException;

/** All rows of a small table as primitive arrays. */
final class TableRows {
  /** The most rows that a table may have that is held in memory. */
  static final int MAX_ROWS = 1 << 24;

  private final int size;
  private final byte[][] bytes;
  private final int[][] ints;
  private final long[][] longs;
  private final String[][] texts;

  private TableRows(int size, int columns) {
    this.size = size;
    bytes = new byte[columns][];
    ints = new int[columns][];
    longs = new long[columns][];
    texts = new String[columns][];
  }

  static TableRows read(Path directory, TraceTable table, boolean complete) {
    Path file = directory.resolve(table.fileName());
    try (StreamFile stream = new StreamFile(file, table.columns())) {
      List<BatchPlace> places = stream.scan(!complete);
      long rows = 0;
      for (BatchPlace place : places) {
        rows += place.rows();
      }
      if (rows > MAX_ROWS) {
        throw CommandException.badInput(file + ": rows=" + rows + ", expected at most " + MAX_ROWS);
      }
      return copy(stream, places, table.columns(), (int) rows);
    }
  }

  /** A table without rows. */
  static TableRows none(TraceTable table) {
    TableRows rows = new TableRows(0, table.columns().size());
    rows.allocate(table.columns());
    return rows;
  }

  private static TableRows copy(
      StreamFile stream, List<BatchPlace> places, List<Column> columns, int rows) {
    ColumnBatch batch = new ColumnBatch(columns);
    // Read before taking memory for the sum, so that a false row count fails on its own batch.
    TableRows all = new TableRows(rows, columns.size());
    int done = 0;
    for (BatchPlace place : places) {
      stream.read(place, batch);
      if (done == 0) {
        all.allocate(columns);
      }
      int n = batch.rows();
      for (int c = 0; c < columns.size(); c++) {
        switch (columns.get(c).type()) {
          case U8 -> System.arraycopy(batch.bytes(c), 0, all.bytes[c], done, n);
          case I32 -> System.arraycopy(batch.ints(c), 0, all.ints[c], done, n);
          case I64 -> System.arraycopy(batch.longs(c), 0, all.longs[c], done, n);
          case TEXT -> {
            String last = "";
            for (int r = 0; r < n; r++) {
              String text = batch.text(c, r);
              last = text.equals(last) ? last : text; // neighbours often name the same file
              all.texts[c][done + r] = last;
            }
          }
        }
      }
      done += n;
    }
    if (done == 0) {
      all.allocate(columns);
    }
    return all;
  }

  private void allocate(List<Column> columns) {
    for (int c = 0; c < columns.size(); c++) {
      ColumnType type = columns.get(c).type();
      switch (type) {
        case U8 -> bytes[c] = new byte[size];
        case I32 -> ints[c] = new int[size];
        case I64 -> longs[c] = new long[size];
        case TEXT -> texts[c] = new String[size];
      }
    }
  }

  int size() {
    return size;
  }

  byte[] bytes(int column) {
    return bytes[column];
  }

  int[] ints(int column) {
    return ints[column];
  }

  long[] longs(int column) {
    return longs[column];
  }

  String[] texts(int column) {
    return texts[column];
  }
}
