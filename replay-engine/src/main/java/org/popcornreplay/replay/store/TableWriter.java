package org.popcornreplay.replay.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.duckdb.DuckDBConnection;

/**
 * Writes the rows of one table of one run. Rows gather in primitive arrays, column by column; each
 * row group's worth of them goes to DuckDB as one Arrow batch, inside the caller's transaction.
 */
final class TableWriter {
  /** DuckDB's row group, so that full groups go to disk at once and do not pile up in memory. */
  static final int BATCH_ROWS = 122_880;

  private static final int FIRST_ROWS = 1_024;

  private final DuckDBConnection connection;
  private final BufferAllocator allocator;
  private final String table;
  private final Column[] columns;
  private final String insert;
  private final long[][] longs;
  private final int[][] ints;
  private final WordList[] words;
  private int capacity;
  private int rows;
  private int cursor;
  private long rowsWritten;

  TableWriter(
      DuckDBConnection connection,
      BufferAllocator allocator,
      long runId,
      String table,
      Column... columns) {
    this.connection = connection;
    this.allocator = allocator;
    this.table = table;
    this.columns = columns;
    this.longs = new long[columns.length][];
    this.ints = new int[columns.length][];
    this.words = new WordList[columns.length];
    StringJoiner names = new StringJoiner(", ");
    StringJoiner values = new StringJoiner(", ");
    for (int c = 0; c < columns.length; c++) {
      names.add(columns[c].name());
      values.add(columns[c].expression());
      if (columns[c].kind() == Column.Kind.WORD) {
        words[c] = new WordList();
      }
    }
    this.insert =
        "INSERT INTO "
            + table
            + " (run_id, "
            + names
            + ") SELECT "
            + runId
            + ", "
            + values
            + " FROM incoming_"
            + table;
    grow(FIRST_ROWS);
  }

  /** Next column of the row under way. */
  TableWriter put(long value) {
    longs[cursor++][rows] = value;
    return this;
  }

  /** Next column of the row under way. */
  TableWriter put(int value) {
    ints[cursor++][rows] = value;
    return this;
  }

  /** Next column of the row under way. */
  TableWriter put(String word) {
    ints[cursor][rows] = words[cursor].numberOf(word);
    cursor++;
    return this;
  }

  /** Ends the row. */
  void endRow() throws SQLException {
    if (cursor != columns.length) {
      throw new IllegalStateException(
          "row of " + table + ": columns=" + cursor + ", expected " + columns.length);
    }
    cursor = 0;
    if (++rows == capacity) {
      if (capacity < BATCH_ROWS) {
        grow(Math.min(BATCH_ROWS, capacity * 4));
      } else {
        flush();
      }
    }
  }

  /** Rows that have gone to DuckDB. */
  long rowsWritten() {
    return rowsWritten;
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

  /** Hands all gathered rows to DuckDB. */
  void flush() throws SQLException {
    if (rows == 0) {
      return;
    }
    List<Dictionary> dictionaries = new ArrayList<>();
    List<FieldVector> vectors = new ArrayList<>();
    for (int c = 0; c < columns.length; c++) {
      vectors.add(vector(c, dictionaries));
    }
    try (VectorSchemaRoot root = new VectorSchemaRoot(vectors);
        OneBatch batch = new OneBatch(allocator, root, dictionaries);
        ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
      root.setRowCount(rows);
      Data.exportArrayStream(allocator, batch, stream);
      connection.registerArrowStream("incoming_" + table, stream);
      try (Statement statement = connection.createStatement()) {
        statement.execute(insert);
      }
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
    rowsWritten += rows;
    rows = 0;
  }

  private FieldVector vector(int c, List<Dictionary> dictionaries) {
    String name = columns[c].name();
    return switch (columns[c].kind()) {
      case BIGINT -> filled(new BigIntVector(name, allocator), longs[c]);
      case MASK -> filled(new UInt8Vector(name, allocator), longs[c]);
      case INTEGER -> filled(new IntVector(name, allocator), ints[c]);
      case WORD -> {
        ArrowType.Int indexType = new ArrowType.Int(32, true);
        DictionaryEncoding encoding = new DictionaryEncoding(c + 1L, false, indexType);
        dictionaries.add(new Dictionary(strings(words[c].words()), encoding));
        Field field = new Field(name, new FieldType(false, indexType, encoding), null);
        yield filled(new IntVector(field, allocator), ints[c]);
      }
    };
  }

  private FieldVector filled(BaseFixedWidthVector vector, long[] values) {
    buffer(vector, Long.BYTES).asLongBuffer().put(values, 0, rows);
    return vector;
  }

  private FieldVector filled(BaseFixedWidthVector vector, int[] values) {
    buffer(vector, Integer.BYTES).asIntBuffer().put(values, 0, rows);
    return vector;
  }

  /** The room for the values of a vector whose rows are all there. */
  private ByteBuffer buffer(BaseFixedWidthVector vector, int valueBytes) {
    vector.allocateNew(rows);
    ArrowBuf validity = vector.getValidityBuffer();
    validity.setOne(0, (rows + 7L) / 8);
    vector.setValueCount(rows);
    ArrowBuf data = vector.getDataBuffer();
    return data.nioBuffer(0, rows * valueBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private VarCharVector strings(List<String> values) {
    VarCharVector vector = new VarCharVector("words", allocator);
    vector.allocateNew(values.size());
    for (int i = 0; i < values.size(); i++) {
      vector.setSafe(i, values.get(i).getBytes(StandardCharsets.UTF_8));
    }
    vector.setValueCount(values.size());
    return vector;
  }
}
