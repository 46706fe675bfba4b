package org.popcornreplay.replay.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Row batches as a stream of Arrow batches, for DuckDB to scan. */
final class BatchStream extends ArrowReader {
  private final Column[] columns;
  private final Iterator<RowBatch> batches;
  private final VectorSchemaRoot root;
  private final Map<Long, Dictionary> words = new TreeMap<>();

  BatchStream(
      BufferAllocator allocator,
      Column[] columns,
      List<RowBatch> batches,
      List<List<String>> dictionaries) {
    super(allocator);
    this.columns = columns;
    this.batches = batches.iterator();
    List<FieldVector> vectors = new ArrayList<>();
    for (int c = 0; c < columns.length; c++) {
      vectors.add(vector(c, dictionaries.get(c)));
    }
    this.root = new VectorSchemaRoot(vectors);
  }

  private FieldVector vector(int c, List<String> dictionary) {
    String name = columns[c].name();
    return switch (columns[c].kind()) {
      case BIGINT -> new BigIntVector(name, allocator);
      case MASK -> new UInt8Vector(name, allocator);
      case INTEGER -> new IntVector(name, allocator);
      case WORD -> {
        ArrowType.Int indexType = new ArrowType.Int(Integer.SIZE, true);
        DictionaryEncoding encoding = new DictionaryEncoding(c + 1L, false, indexType);
        words.put(encoding.getId(), new Dictionary(strings(dictionary), encoding));
        Field field = new Field(name, new FieldType(false, indexType, encoding), null);
        yield new IntVector(field, allocator);
      }
    };
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

  @Override
  public boolean loadNextBatch() {
    if (!batches.hasNext()) {
      return false;
    }
    RowBatch batch = batches.next();
    for (int c = 0; c < columns.length; c++) {
      BaseFixedWidthVector vector = (BaseFixedWidthVector) root.getVector(c);
      switch (columns[c].kind()) {
        case BIGINT, MASK ->
            room(vector, batch.rows(), Long.BYTES)
                .asLongBuffer()
                .put(batch.longs[c], 0, batch.rows());
        case INTEGER, WORD ->
            room(vector, batch.rows(), Integer.BYTES)
                .asIntBuffer()
                .put(batch.ints[c], 0, batch.rows());
      }
    }
    root.setRowCount(batch.rows());
    return true;
  }

  /** Room for the values of a vector whose rows are all valid; the former room may be in use. */
  private static ByteBuffer room(BaseFixedWidthVector vector, int rows, int valueBytes) {
    vector.allocateNew(rows);
    vector.getValidityBuffer().setOne(0, (rows + 7L) / 8);
    vector.setValueCount(rows);
    return vector.getDataBuffer().nioBuffer(0, rows * valueBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public VectorSchemaRoot getVectorSchemaRoot() {
    return root;
  }

  @Override
  public Map<Long, Dictionary> getDictionaryVectors() {
    return words;
  }

  @Override
  public Dictionary lookup(long id) {
    return words.get(id);
  }

  @Override
  public Set<Long> getDictionaryIds() {
    return words.keySet();
  }

  @Override
  public long bytesRead() {
    return 0;
  }

  @Override
  public void close(boolean closeReadChannel) {
    closeReadSource();
  }

  @Override
  protected void closeReadSource() {
    root.close();
    for (Dictionary dictionary : words.values()) {
      dictionary.getVector().close();
    }
  }

  @Override
  protected Schema readSchema() {
    return root.getSchema();
  }
}
