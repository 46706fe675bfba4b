package org.popcornreplay.traces.convert;

import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.Arrays;
import org.popcornreplay.traces.TraceWriter;
import org.popcornreplay.traces.VisitReduction;

/**
 * An address space for a trace whose source does not say what was mapped: what the program touched,
 * as private anonymous memory from the start on. Without it a replay would end at the first access.
 */
final class TouchedPages {
  private static final int PAGE_BYTES = VisitReduction.PAGE_BYTES;

  /** Pages of the user's half of the addresses of x86-64. */
  private static final long USER_PAGES = (1L << 47) / PAGE_BYTES;

  private static final int PROT_READ_WRITE = 0x1 | 0x2;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;

  private final LongOpenHashSet pages = new LongOpenHashSet();
  private long last = -1;

  /** Memory was accessed. */
  void add(long address, int bytes) {
    long to = (address + bytes - 1) / PAGE_BYTES;
    for (long page = address / PAGE_BYTES; page >= 0 && page <= to && page < USER_PAGES; page++) {
      if (page != last) {
        pages.add(page);
        last = page;
      }
    }
  }

  /** Writes a map for each run of pages. */
  void writeTo(TraceWriter writer) {
    long[] sorted = pages.toLongArray();
    Arrays.sort(sorted);
    for (int from = 0; from < sorted.length; ) {
      int end = from + 1;
      while (end < sorted.length && sorted[end] == sorted[end - 1] + 1) {
        end++;
      }
      writer.map(
          -1,
          0,
          "initial",
          sorted[from] * PAGE_BYTES,
          (long) (end - from) * PAGE_BYTES,
          PROT_READ_WRITE,
          MAP_PRIVATE_ANONYMOUS,
          0,
          "");
      from = end;
    }
  }
}
