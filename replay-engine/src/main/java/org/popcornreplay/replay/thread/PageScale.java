package org.popcornreplay.replay.thread;

import org.popcornreplay.traces.MapTable;

/**
 * How pages of the run relate to the 4096-byte pages of the trace. Smaller pages take their share
 * of a visit's line masks; larger ones contain several pages of the trace.
 *
 * <p>The kernel lets the heap begin directly behind the program's bss, where both are one VMA; a
 * capture tool may keep its heap elsewhere. The run has it where the kernel would: the addresses
 * from {@code heapStart} to {@code heapEnd} are {@code heapMove} bytes lower there.
 */
public record PageScale(int pageBytes, long heapStart, long heapEnd, long heapMove) {
  private static final int TRACE_PAGE_SHIFT = 12;
  private static final int LINE_SHIFT = 6;

  /** Pages as they were recorded. */
  public PageScale(int pageBytes) {
    this(pageBytes, 0, 0, 0);
  }

  /** Pages with the heap of this program behind its bss; as recorded where it has none. */
  public static PageScale of(int pageBytes, MapTable maps) {
    int bss = AddressSpace.bssRow(maps);
    int heap = -1;
    long end = 0;
    for (int row = 0; row < maps.size(); row++) {
      if (maps.file(row).equals("[heap]") && maps.op(row).equals("initial")) {
        heap = row;
      } else if (maps.file(row).equals("[heap]") && maps.op(row).equals("brk")) {
        end = Math.max(end, maps.start(row) + maps.length(row));
      }
    }
    if (pageBytes > 1 << TRACE_PAGE_SHIFT || bss < 0 || heap < 0) {
      return new PageScale(pageBytes);
    }
    long start = maps.start(heap);
    end = Math.max(end, start + maps.length(heap));
    long bssEnd = maps.start(bss) + maps.length(bss);
    long movedEnd = Math.min(start, bssEnd + end - start);
    boolean fits = bssEnd < start && end > start;
    for (int row = 0; row < maps.size(); row++) {
      boolean inTheWay = maps.start(row) < movedEnd && maps.start(row) + maps.length(row) > bssEnd;
      fits &= !inTheWay;
    }
    return fits ? new PageScale(pageBytes, start, end, start - bssEnd) : new PageScale(pageBytes);
  }

  /** The anonymous mapping directly behind the program's file: its bss; -1 if there is none. */
  public static int bssRow(MapTable maps) {
    return AddressSpace.bssRow(maps);
  }

  private long moved(long address) {
    return address >= heapStart && address < heapEnd ? address - heapMove : address;
  }

  /** The recorded address at which a page of the run begins. */
  public long address(long page) {
    long address = page << shift();
    return address >= heapStart - heapMove && address < heapEnd - heapMove
        ? address + heapMove
        : address;
  }

  /** The recorded page that a page of the run is. */
  public long recorded(long page) {
    return page < 0 ? page : address(page) >>> shift();
  }

  /** log2 of the page size in bytes. */
  public int shift() {
    return Integer.numberOfTrailingZeros(pageBytes);
  }

  /** The page that holds an address. */
  public long pageOf(long address) {
    return moved(address) >>> shift();
  }

  /** How many pages of the run a page of the trace has; 1 where pages are not smaller. */
  public int pieces() {
    return shift() >= TRACE_PAGE_SHIFT ? 1 : 1 << (TRACE_PAGE_SHIFT - shift());
  }

  /** The page of the run for a piece of a page of the trace. */
  public long page(long recordedPage, int piece) {
    long tracePage = moved(recordedPage << TRACE_PAGE_SHIFT) >>> TRACE_PAGE_SHIFT;
    return shift() >= TRACE_PAGE_SHIFT
        ? tracePage >>> (shift() - TRACE_PAGE_SHIFT)
        : (tracePage << (TRACE_PAGE_SHIFT - shift())) + piece;
  }

  /** The lines of a piece, moved to bit 0. */
  public long lines(long mask, int piece) {
    int count = pieces();
    if (count == 1) {
      return mask;
    }
    int linesEach = 1 << (shift() - LINE_SHIFT);
    return (mask >>> (piece * linesEach)) & ((1L << linesEach) - 1);
  }

  /** The mask of a page of the trace, folded to the 64 parts of a larger page. */
  public long fold(long tracePage, long mask) {
    int bits = shift() - TRACE_PAGE_SHIFT;
    if (bits <= 0 || mask == 0) {
      return mask;
    }
    // A part of the larger page has 2^bits lines.
    int partsEach = bits >= LINE_SHIFT ? 1 : 64 >>> bits;
    int linesInPart = 64 / partsEach;
    long inPage = tracePage & ((1L << bits) - 1);
    long folded = 0;
    for (int part = 0; part < partsEach; part++) {
      long lines =
          linesInPart == 64 ? mask : (mask >>> (part * linesInPart)) & ((1L << linesInPart) - 1);
      if (lines != 0) {
        long bit = bits >= LINE_SHIFT ? inPage >>> (bits - LINE_SHIFT) : inPage * partsEach + part;
        folded |= 1L << bit;
      }
    }
    return folded;
  }
}
