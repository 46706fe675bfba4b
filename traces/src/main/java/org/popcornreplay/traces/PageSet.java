package org.popcornreplay.traces;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.Arrays;

/** A set of page numbers that only grows; neighbours share memory. */
final class PageSet {
  private static final int CHUNK_BITS = 9;
  private static final int WORDS = (1 << CHUNK_BITS) / 64;

  private final Long2ObjectOpenHashMap<long[]> chunks = new Long2ObjectOpenHashMap<>();

  /** Pages added lately, most of those that come again. */
  private final long[] recent = new long[256];

  private long lastKey = Long.MIN_VALUE;
  private long[] lastChunk = {};
  private long size;

  PageSet() {
    Arrays.fill(recent, -1);
  }

  void add(long page) {
    long key = page >> CHUNK_BITS;
    int word = (int) (page >> 6) & (WORDS - 1);
    long bit = 1L << page;
    if (key == lastKey) {
      note(lastChunk, word, bit);
      return;
    }
    int slot = (int) (page ^ page >>> 8) & (recent.length - 1);
    if (recent[slot] == page) {
      return;
    }
    recent[slot] = page;
    long[] chunk = chunks.get(key);
    if (chunk == null) {
      chunk = new long[WORDS];
      chunks.put(key, chunk);
    }
    lastKey = key;
    lastChunk = chunk;
    note(chunk, word, bit);
  }

  private void note(long[] chunk, int word, long bit) {
    if ((chunk[word] & bit) == 0) {
      chunk[word] |= bit;
      size++;
    }
  }

  long size() {
    return size;
  }
}
