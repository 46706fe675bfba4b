package org.popcornreplay.replay.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Row batches as a stream of Arrow batches, for DuckDB to scan. */
final class BatchStream extends ArrowReader {
  private final List<Column> columns;
  private final Iterator<RowBatch> batches;
  private final VectorSchemaRoot root;
  private final ArrowBuf allValid;
  private final Map<Long, Dictionary> words = new TreeMap<>();

  BatchStream(BufferAllocator allocator, ArrowBuf allValid, Insertion insertion) {
    super(allocator);
    this.allValid = allValid;
    this.columns = insertion.columns();
    this.batches = insertion.batches().iterator();
    List<FieldVector> vectors = new ArrayList<>();
    for (int c = 0; c < columns.size(); c++) {
      vectors.add(vector(c, insertion.words().get(c)));
    }
    this.root = new VectorSchemaRoot(vectors);
  }

  private FieldVector vector(int c, List<String> dictionary) {
    String name = columns.get(c).name();
    return switch (columns.get(c).kind()) {
      case BIGINT -> new BigIntVector(name, allocator);
      case MASK -> new UInt8Vector(name, allocator);
      case INTEGER, LABEL -> new IntVector(name, allocator);
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
    ArrowFieldNode node = new ArrowFieldNode(batch.rows(), 0);
    for (int c = 0; c < columns.size(); c++) {
      root.getVector(c).loadFieldBuffers(node, List.of(allValid, batch.values(c)));
    }
    root.setRowCount(batch.rows());
    return true;
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
