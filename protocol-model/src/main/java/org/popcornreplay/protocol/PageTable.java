package org.popcornreplay.protocol;

import java.util.Arrays;

/**
 * One node's page-table entries, its own view of the info words, and which write its frames hold.
 * Chunks that the node never touched cost one reference.
 */
final class PageTable {
  static final byte NONE = 0;
  static final byte INVALID = 1;
  static final byte ZERO = 2;
  static final byte READ = 3;
  static final byte WRITE = 4;

  /** {@code PI_FLAG_DISTRIBUTED}. */
  static final byte DISTRIBUTED = 1;

  /** {@code PI_FLAG_COWED}. */
  static final byte COWED = 2;

  /** At a remote: the node's own bit of the owner set. */
  static final byte OWN = 4;

  /** The frame was written through this page table, or copied from the page cache. */
  static final byte DIRTY = 8;

  /** Present, but mprotect took every right away. */
  static final byte NO_RIGHTS = 16;

  private static final byte[] UNTOUCHED = new byte[PageIndex.CHUNK_PAGES];

  private byte[][] entries = new byte[4][];
  private byte[][] flags = new byte[4][];
  private int[][] contents = new int[4][];
  private long rightsVersion;

  PageTable() {
    Arrays.fill(entries, UNTOUCHED);
  }

  boolean allows(int index, boolean write) {
    int chunk = index >> PageIndex.CHUNK_BITS;
    return chunk < entries.length
        && entries[chunk][index & PageIndex.CHUNK_MASK] >= (write ? WRITE : ZERO);
  }

  byte entry(int index) {
    int chunk = index >> PageIndex.CHUNK_BITS;
    return chunk < entries.length ? entries[chunk][index & PageIndex.CHUNK_MASK] : NONE;
  }

  /** Changes an entry; true if a right was lost. */
  boolean set(int index, byte entry) {
    int chunk = touch(index);
    int place = index & PageIndex.CHUNK_MASK;
    byte before = entries[chunk][place];
    entries[chunk][place] = entry;
    flags[chunk][place] = (byte) (flags[chunk][place] & ~NO_RIGHTS);
    boolean lost = before >= ZERO && (entry < ZERO || (before == WRITE && entry != WRITE));
    if (lost) {
      rightsVersion++;
    }
    return lost;
  }

  boolean has(int index, byte flag) {
    int chunk = index >> PageIndex.CHUNK_BITS;
    return chunk < flags.length
        && flags[chunk] != null
        && (flags[chunk][index & PageIndex.CHUNK_MASK] & flag) != 0;
  }

  void raise(int index, byte flag) {
    byte[] words = flags[touch(index)];
    int place = index & PageIndex.CHUNK_MASK;
    words[place] = (byte) (words[place] | flag);
  }

  void lower(int index, byte flag) {
    byte[] words = flags[touch(index)];
    int place = index & PageIndex.CHUNK_MASK;
    words[place] = (byte) (words[place] & ~flag);
  }

  byte flags(int index) {
    int chunk = index >> PageIndex.CHUNK_BITS;
    return chunk < flags.length && flags[chunk] != null
        ? flags[chunk][index & PageIndex.CHUNK_MASK]
        : 0;
  }

  void clearFlags(int index) {
    flags[touch(index)][index & PageIndex.CHUNK_MASK] = 0;
  }

  /** The number of the write that the frame holds; 0 before the first. */
  int contents(int index) {
    int chunk = index >> PageIndex.CHUNK_BITS;
    return chunk < contents.length && contents[chunk] != null
        ? contents[chunk][index & PageIndex.CHUNK_MASK]
        : 0;
  }

  void fill(int index, int write) {
    contents[touch(index)][index & PageIndex.CHUNK_MASK] = write;
  }

  boolean isTouched(int chunk) {
    return chunk < entries.length && entries[chunk] != UNTOUCHED;
  }

  /** Makes the page-table page of this entry, as every fault does on its way in. */
  void allocate(int index) {
    touch(index);
  }

  /** Whether the page-table page of this entry exists. */
  boolean hasPageTable(int index) {
    return isTouched(index >> PageIndex.CHUNK_BITS);
  }

  long rightsVersion() {
    return rightsVersion;
  }

  private int touch(int index) {
    int chunk = index >> PageIndex.CHUNK_BITS;
    if (chunk >= entries.length) {
      int before = entries.length;
      int length = Math.max(chunk + 1, before * 2);
      entries = Arrays.copyOf(entries, length);
      Arrays.fill(entries, before, length, UNTOUCHED);
      flags = Arrays.copyOf(flags, length);
      contents = Arrays.copyOf(contents, length);
    }
    if (entries[chunk] == UNTOUCHED) {
      entries[chunk] = new byte[PageIndex.CHUNK_PAGES];
      flags[chunk] = new byte[PageIndex.CHUNK_PAGES];
      contents[chunk] = new int[PageIndex.CHUNK_PAGES];
    }
    return chunk;
  }
}
