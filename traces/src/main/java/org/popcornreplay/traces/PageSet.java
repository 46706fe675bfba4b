package org.popcornreplay.traces;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.Arrays;

/** A set of page numbers that only grows; neighbours share memory. */
final class PageSet {
  private static final int CHUNK_BITS = 9;
  private static final int WORD_BITS = 6;
  private static final int WORDS = 1 << (CHUNK_BITS - WORD_BITS);

  private final Long2ObjectOpenHashMap<long[]> chunks = new Long2ObjectOpenHashMap<>();

  /** Chunks that were asked for lately, most of those that are asked for again, and their keys. */
  private final long[] recent = new long[256];

  private final long[][] chunkOf = new long[256][];
  private long size;

  PageSet() {
    Arrays.fill(recent, Long.MIN_VALUE); // no page has so small a key
  }

  /** Adds pages, of which neighbours in memory best come after one another. */
  void addAll(long[] pages, int from, int count) {
    long at = -1;
    long word = 0;
    for (int i = from; i < from + count; i++) {
      long page = pages[i];
      if (page >> WORD_BITS != at) {
        if (word != 0) {
          add(at, word);
        }
        at = page >> WORD_BITS;
        word = 0;
      }
      word |= 1L << page;
    }
    if (word != 0) {
      add(at, word);
    }
  }

  void add(long page) {
    add(page >> WORD_BITS, 1L << page);
  }

  /** Adds the pages of a word that are set in it. */
  private void add(long word, long bits) {
    long key = word >> (CHUNK_BITS - WORD_BITS);
    int slot = (int) (key ^ key >>> 8) & (recent.length - 1);
    if (recent[slot] != key) {
      recent[slot] = key;
      chunkOf[slot] = chunks.computeIfAbsent(key, k -> new long[WORDS]);
    }
    long[] chunk = chunkOf[slot];
    int at = (int) word & (WORDS - 1);
    long more = bits & ~chunk[at];
    if (more != 0) {
      chunk[at] |= more;
      size += Long.bitCount(more);
    }
  }

  long size() {
    return size;
  }
}
