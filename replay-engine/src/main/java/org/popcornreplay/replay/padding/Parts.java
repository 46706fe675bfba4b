package org.popcornreplay.replay.padding;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.Arrays;
import java.util.List;
import org.popcornreplay.replay.heap.HeapHistory;

/**
 * Ranges of recorded addresses that lie elsewhere in the replay. A range of a heap block counts
 * only while that block lives.
 */
final class Parts {
  private static final int PAGE_BITS = 12;

  private final HeapHistory heap;
  private final List<Extent> extents;
  private final int[] extentOfBlock;
  private final boolean[] conditional;
  private final long[] start;
  private final long[] end;
  private final long[] to;
  private final int[] extent;
  private final Long2ObjectOpenHashMap<int[]> byPage = new Long2ObjectOpenHashMap<>();

  /**
   * Ranges.
   *
   * @param extentOfBlock the extent of each block of the history, or -1
   * @param conditional for each extent, whether others lived at its addresses at other times
   */
  Parts(
      HeapHistory heap,
      List<Extent> extents,
      int[] extentOfBlock,
      boolean[] conditional,
      List<Range> ranges) {
    this.heap = heap;
    this.extents = extents;
    this.extentOfBlock = extentOfBlock;
    this.conditional = conditional;
    int n = ranges.size();
    start = new long[n];
    end = new long[n];
    to = new long[n];
    extent = new int[n];
    Long2ObjectOpenHashMap<IntArrayList> lists = new Long2ObjectOpenHashMap<>();
    for (int i = 0; i < n; i++) {
      Range range = ranges.get(i);
      start[i] = range.start();
      end[i] = range.end();
      to[i] = range.to();
      extent[i] = range.extent();
      for (long page = start[i] >>> PAGE_BITS;
          end[i] > start[i] && page <= (end[i] - 1) >>> PAGE_BITS;
          page++) {
        lists.computeIfAbsent(page, p -> new IntArrayList()).add(i);
      }
    }
    for (Long2ObjectMap.Entry<IntArrayList> entry : lists.long2ObjectEntrySet()) {
      byPage.put(entry.getLongKey(), entry.getValue().toIntArray());
    }
  }

  /** A range of an extent, from start to end - 1, that lies at another address. */
  record Range(int extent, long start, long end, long to) {}

  int size() {
    return start.length;
  }

  long start(int part) {
    return start[part];
  }

  long end(int part) {
    return end[part];
  }

  long to(int part) {
    return to[part];
  }

  int extent(int part) {
    return extent[part];
  }

  /** The parts of a 4096-byte page, or null. */
  int[] onPage(long page) {
    return byPage.get(page);
  }

  /** Whether the part's object lived at this time of the recording. */
  boolean applies(int part, long sequence) {
    int of = extent[part];
    if (!conditional[of]) {
      return true;
    }
    long address = extents.get(of).address();
    int block = heap.blockAt(address, address + 1, sequence);
    return block != HeapHistory.NONE && extentOfBlock[block] == of;
  }

  /** The part that holds an address at a time of the recording, or -1. */
  int at(long address, long sequence) {
    int[] parts = onPage(address >>> PAGE_BITS);
    if (parts != null) {
      for (int part : parts) {
        if (address >= start[part] && address < end[part] && applies(part, sequence)) {
          return part;
        }
      }
    }
    return -1;
  }

  /** Where an address lies in the replay. */
  long place(long address, long sequence) {
    int part = at(address, sequence);
    return part < 0 ? address : to[part] + address - start[part];
  }

  /** The lines of a page that belong to a part, as a mask. */
  long lines(int part, long page) {
    long first = page << PAGE_BITS;
    long low = Math.max(0, start[part] - first) >>> 6;
    long high = Math.min((1 << PAGE_BITS) - 1, end[part] - 1 - first) >>> 6;
    return -1L >>> (63 - (high - low)) << low;
  }

  @Override
  public String toString() {
    return Arrays.toString(start) + " to " + Arrays.toString(to);
  }
}
