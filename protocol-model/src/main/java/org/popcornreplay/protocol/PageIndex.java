package org.popcornreplay.protocol;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Gives pages dense numbers, 512 neighbours (one info page, 2 MiB of address space) at a time, so
 * that the state of pages lies in arrays.
 */
final class PageIndex {
  static final int CHUNK_BITS = 9;
  static final int CHUNK_PAGES = 1 << CHUNK_BITS;
  static final int CHUNK_MASK = CHUNK_PAGES - 1;

  private final Long2IntOpenHashMap chunks = new Long2IntOpenHashMap();
  private long[] firstPages = new long[16];
  private final BitSet named = new BitSet();
  private int[] known = new int[16];
  private int knownCount;
  private int count;

  /** Both ends of a request ask for the same page. */
  private long lastPage = -1;

  private int lastIndex;

  PageIndex() {
    chunks.defaultReturnValue(-1);
  }

  /** The page's number, given out now if it has none. */
  int of(long page) {
    if (page < 0) {
      throw new IllegalArgumentException("page: number=" + page + ", expected 0 or more");
    }
    if (page == lastPage) {
      return lastIndex;
    }
    long key = page >> CHUNK_BITS;
    int chunk = chunks.get(key);
    if (chunk < 0) {
      chunk = count++;
      chunks.put(key, chunk);
      if (chunk == firstPages.length) {
        firstPages = Arrays.copyOf(firstPages, chunk * 2);
      }
      firstPages[chunk] = key << CHUNK_BITS;
    }
    int index = (chunk << CHUNK_BITS) | (int) (page & CHUNK_MASK);
    if (!named.get(index)) {
      named.set(index);
      if (knownCount == known.length) {
        known = Arrays.copyOf(known, knownCount * 2);
      }
      known[knownCount++] = index;
    }
    lastPage = page;
    lastIndex = index;
    return index;
  }

  /** Number of pages that were ever asked for; only these have any state. */
  int knownPages() {
    return knownCount;
  }

  /** The index of one of them, in the order of first asking. */
  int known(int place) {
    return known[place];
  }

  /** The page of a number. */
  long page(int index) {
    return firstPages[index >> CHUNK_BITS] + (index & CHUNK_MASK);
  }

  /** Number of chunks given out. */
  int chunks() {
    return count;
  }

  /** The first page of a chunk. */
  long firstPage(int chunk) {
    return firstPages[chunk];
  }
}
