package org.popcornreplay.replay.store;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/** A stream of one batch that is already in memory, for DuckDB to scan. */
final class OneBatch extends ArrowReader {
  private final VectorSchemaRoot root;
  private final Map<Long, Dictionary> words = new TreeMap<>();
  private boolean taken;

  OneBatch(BufferAllocator allocator, VectorSchemaRoot root, List<Dictionary> dictionaries) {
    super(allocator);
    this.root = root;
    for (Dictionary dictionary : dictionaries) {
      words.put(dictionary.getEncoding().getId(), dictionary);
    }
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
  public boolean loadNextBatch() {
    boolean first = !taken;
    taken = true;
    return first;
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
    for (Dictionary dictionary : words.values()) {
      dictionary.getVector().close();
    }
  }

  @Override
  protected Schema readSchema() {
    return root.getSchema();
  }
}
