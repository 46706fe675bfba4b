package org.popcornreplay.replay.thread;

/**
 * How pages of the run relate to the 4096-byte pages of the trace. Smaller pages take their share
 * of a visit's line masks; larger ones contain several pages of the trace.
 */
public record PageScale(int pageBytes) {
  private static final int TRACE_PAGE_SHIFT = 12;
  private static final int LINE_SHIFT = 6;

  /** log2 of the page size in bytes. */
  public int shift() {
    return Integer.numberOfTrailingZeros(pageBytes);
  }

  /** The page that holds an address. */
  public long pageOf(long address) {
    return address >>> shift();
  }

  /** How many pages of the run a page of the trace has; 1 where pages are not smaller. */
  public int pieces() {
    return shift() >= TRACE_PAGE_SHIFT ? 1 : 1 << (TRACE_PAGE_SHIFT - shift());
  }

  /** The page of the run for a piece of a page of the trace. */
  public long page(long tracePage, int piece) {
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
