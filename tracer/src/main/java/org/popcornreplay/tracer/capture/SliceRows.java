package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.util.Arrays;
import org.popcornreplay.traces.TraceWriter;
import org.popcornreplay.traces.VisitRows;

/**
 * The rows of one slice of one thread. The tool sends a page twice where its table had no room for
 * it in between; here the parts become one row again, and rows come out sorted by page.
 */
final class SliceRows {
  /** Pages of a slice; more are written in parts. */
  static final int MAX_ROWS = 1 << 20;

  private static final int INDEX_BITS = 20;

  // Beyond these, sorting by digits is faster than merging runs.
  private static final int FEW_RUNS = 4;
  private static final int MANY_ROWS = 512;

  private static final int DIGIT_BITS = 11;
  private static final int DIGIT_MASK = (1 << DIGIT_BITS) - 1;

  /** Pages of 55-bit addresses, which leave room for an index in a positive long. */
  private static final long PAGE_MASK = (1L << 43) - 1;

  // A row's head and what it says of a kind of access: stream.h.
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int FLAGS = 12;
  private static final int WIDE = 16;
  private static final int HEAD_BYTES = 4;
  private static final int PAGE_SHIFT = 6;
  private static final int KIND_BYTES = 14;
  private static final int UPDATE_FLAG = 4;

  /** The least bytes of a row. */
  static final int LEAST_ROW_BYTES = HEAD_BYTES;

  private int thread = -1;
  private long start;
  private long end;
  private boolean sorted = true;
  private final VisitRows rows = new VisitRows();
  private long[] keys = new long[256];
  private long[] spare = new long[256];
  private int[] order = new int[256];
  private final int[] places = new int[DIGIT_MASK + 1];

  /** Whether rows wait that are not of this slice. */
  boolean holdsOther(int ofThread, long fromStart) {
    return rows.size() > 0 && (thread != ofThread || start != fromStart);
  }

  int thread() {
    return thread;
  }

  long start() {
    return start;
  }

  /** Whether no row waits. */
  boolean isEmpty() {
    return rows.size() == 0;
  }

  /** Whether it has no room for a record's rows. */
  boolean isFull(int more) {
    return rows.size() + more > MAX_ROWS;
  }

  /**
   * Takes the rows of a record of a slice; what they lack of room is the caller's to make. Which
   * kinds of access a page has seen nobody can guess, so nothing is decided by it: both are read,
   * and what there is none of is masked.
   *
   * @param fromPage that from which the first row's is counted
   * @param codes code addresses by number; that of number 0 is 0
   * @param sites what they are numbered in the trace; that of number 0 is 0
   * @throws IOException where the record does not hold so many rows
   */
  void add(
      RecordReader record,
      int offset,
      int count,
      int ofThread,
      long fromStart,
      long toEnd,
      long fromPage,
      long[] codes,
      int[] sites)
      throws IOException {
    thread = ofThread;
    start = fromStart;
    end = toEnd;
    int row = rows.size();
    rows.reserve(row + count);
    byte[] from = record.array();
    int p = record.arrayOffset() + offset;
    int limit = record.arrayOffset() + record.bytes();
    long[] pages = rows.page;
    byte[] flags = rows.flags;
    long[] readLines = rows.readLines;
    int[] reads = rows.reads;
    int[] firstRead = rows.firstRead;
    long[] readIps = rows.readIp;
    long[] writeLines = rows.writeLines;
    int[] writes = rows.writes;
    int[] firstWrite = rows.firstWrite;
    long[] writeIps = rows.writeIp;
    int[] readSites = rows.readSite;
    int[] writeSites = rows.writeSite;
    long page = fromPage;
    long last = row == 0 ? -1 : pages[row - 1];
    boolean rising = true;
    for (int rowsEnd = row + count; row < rowsEnd; row++) {
      if (p >= limit) {
        throw new IOException("capture stream: slice of rows=" + count + ", expected fewer");
      }
      int head = (int) RecordReader.wideAt(from, p);
      p += HEAD_BYTES;
      boolean wide = (head & WIDE) != 0;
      page = (wide ? RecordReader.wideAt(from, p) : page + (head >>> PAGE_SHIFT)) & PAGE_MASK;
      rising &= page > last;
      last = page;
      pages[row] = page;
      flags[row] = (byte) ((head & FLAGS) >> 1);
      if (wide) {
        p += Long.BYTES;
        int code = wideCode(from, p, head & READ);
        readIps[row] = codes[code];
        readSites[row] = sites[code];
        p = wide(from, p, (head & READ) != 0, row, readLines, reads, firstRead);
        code = wideCode(from, p, head & WRITE);
        writeIps[row] = codes[code];
        writeSites[row] = sites[code];
        p = wide(from, p, (head & WRITE) != 0, row, writeLines, writes, firstWrite);
        continue;
      }
      int there = -(head & READ);
      long word = RecordReader.wideAt(from, p + Long.BYTES);
      readLines[row] = RecordReader.wideAt(from, p) & there;
      reads[row] = (int) word & 0xffff & there;
      firstRead[row] = (int) word >>> 16 | ~there;
      int code = (int) (word >>> 32) & 0xffff & there;
      readIps[row] = codes[code];
      readSites[row] = sites[code];
      p += KIND_BYTES & there;
      there = -(head >> 1 & READ);
      word = RecordReader.wideAt(from, p + Long.BYTES);
      writeLines[row] = RecordReader.wideAt(from, p) & there;
      writes[row] = (int) word & 0xffff & there;
      firstWrite[row] = (int) word >>> 16 | ~there;
      code = (int) (word >>> 32) & 0xffff & there;
      writeIps[row] = codes[code];
      writeSites[row] = sites[code];
      p += KIND_BYTES & there;
    }
    if (p > limit) {
      throw new IOException("capture stream: slice of rows=" + count + ", expected fewer");
    }
    sorted &= rising;
    rows.setSize(row);
  }

  /** The number of a code address among numbers of 32 bits; 0 where there is no such access. */
  private static int wideCode(byte[] from, int p, int there) {
    return there == 0 ? 0 : (int) RecordReader.wideAt(from, p + 2 * Long.BYTES);
  }

  /** A kind of access in numbers of 32 bits; gives where it ends. */
  private static int wide(
      byte[] from, int p, boolean there, int row, long[] lines, int[] counts, int[] firsts) {
    if (!there) {
      lines[row] = 0;
      counts[row] = 0;
      firsts[row] = -1;
      return p;
    }
    lines[row] = RecordReader.wideAt(from, p);
    long numbers = RecordReader.wideAt(from, p + Long.BYTES);
    counts[row] = (int) numbers;
    firsts[row] = (int) (numbers >>> 32);
    return p + 3 * Long.BYTES;
  }

  /** Writes the rows, shows them to who looks for loops that wait, and forgets them. */
  void emit(TraceWriter trace, SpinLoops spins) {
    int length = Math.toIntExact(end - start);
    int[] kept = null;
    int count = rows.size();
    if (!sorted) {
      count = mergedOrder();
      kept = order;
    }
    trace.visits(thread, start, length, rows, kept, count);
    spins.slice(thread, start, length, rows, kept, count);
    rows.setSize(0);
    sorted = true;
  }

  /** Puts into {@link #order} which rows make up the slice, by page; gives their number. */
  private int mergedOrder() {
    int size = rows.size();
    if (keys.length < size) {
      keys = new long[rows.capacity()];
      spare = new long[rows.capacity()];
      order = new int[rows.capacity()];
    }
    for (int i = 0; i < size; i++) {
      keys[i] = (rows.page[i] << INDEX_BITS) | i;
    }
    sortKeys(size);
    int kept = 0;
    for (int k = 0; k < size; ) {
      long page = keys[k] >>> INDEX_BITS;
      int i = (int) keys[k] & (MAX_ROWS - 1);
      for (k++; k < size && keys[k] >>> INDEX_BITS == page; k++) {
        merge(i, (int) keys[k] & (MAX_ROWS - 1));
      }
      order[kept++] = i;
    }
    return kept;
  }

  /** The tool's table is ordered by the low bits of the page, so a few runs rise already. */
  private void sortKeys(int size) {
    int runs = 1;
    for (int i = 1; i < size; i++) {
      runs += keys[i] < keys[i - 1] ? 1 : 0;
    }
    if (runs > FEW_RUNS && size > MANY_ROWS) {
      sortByDigits(size);
      return;
    }
    while (runs > 1) {
      runs = mergeRuns(size);
    }
  }

  /**
   * Sorts by the page alone, the lowest digit first: the indices below it rise, and each pass keeps
   * the order of equals. Digits that are the same in all keys cost nothing.
   */
  private void sortByDigits(int size) {
    long differing = 0;
    for (int i = 1; i < size; i++) {
      differing |= keys[i] ^ keys[0];
    }
    for (int shift = INDEX_BITS; shift < Long.SIZE; shift += DIGIT_BITS) {
      if ((differing >>> shift & DIGIT_MASK) == 0) {
        continue;
      }
      Arrays.fill(places, 0);
      for (int i = 0; i < size; i++) {
        places[(int) (keys[i] >>> shift) & DIGIT_MASK]++;
      }
      int place = 0;
      for (int digit = 0; digit <= DIGIT_MASK; digit++) {
        int count = places[digit];
        places[digit] = place;
        place += count;
      }
      for (int i = 0; i < size; i++) {
        spare[places[(int) (keys[i] >>> shift) & DIGIT_MASK]++] = keys[i];
      }
      long[] swap = keys;
      keys = spare;
      spare = swap;
    }
  }

  /** Merges neighbouring runs in pairs; gives how many there are then. */
  private int mergeRuns(int size) {
    int runs = 0;
    for (int from = 0; from < size; runs++) {
      int middle = runEnd(from, size);
      int to = middle == size ? size : runEnd(middle, size);
      int i = from;
      int j = middle;
      for (int k = from; k < to; k++) {
        spare[k] = j == to || (i < middle && keys[i] < keys[j]) ? keys[i++] : keys[j++];
      }
      from = to;
    }
    long[] swap = keys;
    keys = spare;
    spare = swap;
    return runs;
  }

  private int runEnd(int from, int size) {
    int i = from + 1;
    while (i < size && keys[i] > keys[i - 1]) {
      i++;
    }
    return i;
  }

  private void merge(int into, int from) {
    if (precedes(rows.firstRead[from], rows.firstRead[into])) {
      rows.firstRead[into] = rows.firstRead[from];
      rows.readIp[into] = rows.readIp[from];
      rows.readSite[into] = rows.readSite[from];
    }
    if (precedes(rows.firstWrite[from], rows.firstWrite[into])) {
      rows.firstWrite[into] = rows.firstWrite[from];
      rows.writeIp[into] = rows.writeIp[from];
      rows.writeSite[into] = rows.writeSite[from];
      rows.flags[into] = rows.flags[from];
    }
    if ((rows.flags[into] & UPDATE_FLAG) != 0 && rows.firstRead[into] != rows.firstWrite[into]) {
      rows.flags[into] =
          (byte)
              (rows.flags[into] & ~UPDATE_FLAG); // the page had been read before, in another part
    }
    rows.reads[into] += rows.reads[from];
    rows.writes[into] += rows.writes[from];
    rows.readLines[into] |= rows.readLines[from];
    rows.writeLines[into] |= rows.writeLines[from];
  }

  private static boolean precedes(int instruction, int other) {
    return instruction >= 0 && (other < 0 || instruction < other);
  }
}
