package org.popcornreplay.replay.padding;

import org.popcornreplay.replay.thread.PageScale;
import org.popcornreplay.traces.MapTable;

/**
 * Addresses for objects that move: behind the program's bss, where the linker would put them, as
 * part of the same mapping; where something lies in the way, in a mapping of their own.
 *
 * @param start the first of them
 * @param maps the address space with them
 */
record Room(long start, MapTable maps) {
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final long GAP_BYTES = 1 << 21;
  private static final long HIGHEST = 1L << 46;

  static Room of(MapTable maps, long bytes, int pageBytes) {
    int bss = PageScale.bssRow(maps);
    if (bss >= 0) {
      long start = aligned(maps.start(bss) + maps.length(bss), pageBytes);
      if (isFree(maps, bss, start, start + bytes)) {
        return new Room(start, maps.lengthened(bss, start + bytes - maps.start(bss)));
      }
    }
    long highest = 0;
    for (int row = 0; row < maps.size(); row++) {
      long end = maps.start(row) + maps.length(row);
      highest = end <= HIGHEST ? Math.max(highest, end) : highest;
    }
    long start = aligned(highest + GAP_BYTES, Math.max(pageBytes, (int) GAP_BYTES));
    return new Room(start, maps.with(start, bytes, READ_WRITE, PRIVATE_ANONYMOUS));
  }

  private static long aligned(long address, int bytes) {
    return (address + bytes - 1) / bytes * bytes;
  }

  private static boolean isFree(MapTable maps, int but, long start, long end) {
    for (int row = 0; row < maps.size(); row++) {
      if (row != but && maps.start(row) < end && maps.start(row) + maps.length(row) > start) {
        return false;
      }
    }
    return true;
  }
}
