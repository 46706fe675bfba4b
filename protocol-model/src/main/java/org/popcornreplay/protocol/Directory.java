package org.popcornreplay.protocol;

import java.util.Arrays;

/** The owner sets in the info words of the origin: bit n means that node n holds a valid copy. */
final class Directory {
  private final int words;
  private long[][] chunks = new long[4][];

  Directory(int nodes) {
    words = (nodes + Long.SIZE - 1) / Long.SIZE;
  }

  boolean contains(int index, int node) {
    int chunk = index >> PageIndex.CHUNK_BITS;
    return chunk < chunks.length
        && chunks[chunk] != null
        && (chunks[chunk][place(index, node)] & (1L << node)) != 0;
  }

  void add(int index, int node) {
    chunk(index)[place(index, node)] |= 1L << node;
  }

  void remove(int index, int node) {
    chunk(index)[place(index, node)] &= ~(1L << node);
  }

  void clear(int index) {
    int chunk = index >> PageIndex.CHUNK_BITS;
    if (chunk < chunks.length && chunks[chunk] != null) {
      int first = place(index, 0);
      Arrays.fill(chunks[chunk], first, first + words, 0);
    }
  }

  /** The first owner from {@code node} on; -1 if there is none. */
  int next(int index, int node) {
    int chunk = index >> PageIndex.CHUNK_BITS;
    if (chunk >= chunks.length || chunks[chunk] == null) {
      return -1;
    }
    int first = place(index, 0);
    for (int word = node / Long.SIZE; word < words; word++) {
      long bits = chunks[chunk][first + word];
      if (word == node / Long.SIZE) {
        bits &= -1L << node;
      }
      if (bits != 0) {
        return word * Long.SIZE + Long.numberOfTrailingZeros(bits);
      }
    }
    return -1;
  }

  int count(int index) {
    int owners = 0;
    for (int node = next(index, 0); node >= 0; node = next(index, node + 1)) {
      owners++;
    }
    return owners;
  }

  int[] owners(int index) {
    int[] owners = new int[count(index)];
    int place = 0;
    for (int node = next(index, 0); node >= 0; node = next(index, node + 1)) {
      owners[place++] = node;
    }
    return owners;
  }

  private int place(int index, int node) {
    return (index & PageIndex.CHUNK_MASK) * words + node / Long.SIZE;
  }

  private long[] chunk(int index) {
    int chunk = index >> PageIndex.CHUNK_BITS;
    if (chunk >= chunks.length) {
      chunks = Arrays.copyOf(chunks, Math.max(chunk + 1, chunks.length * 2));
    }
    if (chunks[chunk] == null) {
      chunks[chunk] = new long[PageIndex.CHUNK_PAGES * words];
    }
    return chunks[chunk];
  }
}
