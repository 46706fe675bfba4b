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

  private static final long IP_MASK = (1L << 56) - 1;

  // The bits of a row's head, and the forms of lines: stream.h.
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int FLAGS = 12;
  private static final int NEXT_PAGE = 16;
  private static final int SAME_READ_IP = 32;
  private static final int SAME_WRITE_IP = 64;
  private static final int LINES_RUN = 64;
  private static final int LINES_ANY = 128;
  private static final int UPDATE_FLAG = 4;

  private int thread = -1;
  private long start;
  private long end;
  private boolean sorted = true;
  private final VisitRows rows = new VisitRows();
  private long[] keys = new long[256];
  private long[] spare = new long[256];
  private int[] order = new int[256];
  private final int[] places = new int[DIGIT_MASK + 1];

  /** Where the number of any length ended that was read last. */
  private int at;

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
   * Takes the packed rows of a record of a slice; what they lack of room is the caller's to make.
   *
   * @throws IOException where the record does not hold so many rows
   */
  void add(RecordReader record, int offset, int count, int ofThread, long fromStart, long toEnd)
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
    long page = 0;
    long readIp = 0;
    long writeIp = 0;
    long last = row == 0 ? -1 : pages[row - 1];
    boolean rising = true;
    for (int rowsEnd = row + count; row < rowsEnd; row++) {
      if (p >= limit) {
        throw new IOException("capture stream: slice of rows=" + count + ", expected fewer");
      }
      long word = RecordReader.wideAt(from, p);
      int head = (int) word;
      p++;
      if ((head & NEXT_PAGE) != 0) {
        page++;
      } else if (isShort(word >>> 8)) {
        page += signed(shortNumber(word >>> 8));
        p += shortBytes(word >>> 8);
      } else {
        page += signed(longNumber(from, p));
        p = at;
      }
      page &= PAGE_MASK;
      rising &= page > last;
      last = page;
      pages[row] = page;
      if ((head & READ) != 0) {
        boolean same = (head & SAME_READ_IP) != 0;
        p = side(from, p, row, readLines, reads, firstRead, readIps, same, readIp);
        readIp = readIps[row];
      } else {
        readLines[row] = 0;
        reads[row] = 0;
        firstRead[row] = -1;
        readIps[row] = 0;
      }
      if ((head & WRITE) != 0) {
        boolean same = (head & SAME_WRITE_IP) != 0;
        p = side(from, p, row, writeLines, writes, firstWrite, writeIps, same, writeIp);
        writeIp = writeIps[row];
      } else {
        writeLines[row] = 0;
        writes[row] = 0;
        firstWrite[row] = -1;
        writeIps[row] = 0;
      }
      flags[row] = (byte) ((head & FLAGS) >> 1);
    }
    if (p > limit) {
      throw new IOException("capture stream: slice of rows=" + count + ", expected fewer");
    }
    sorted &= rising;
    rows.setSize(row);
  }

  /**
   * Unpacks what a row says of its reads, or of its writes. Both counts come out of one word that
   * is read from memory: where the second one begins is known a few instructions after the first.
   *
   * @param ip where the row before was accessed first
   * @return where the side ends
   */
  private int side(
      byte[] from,
      int begin,
      int row,
      long[] lines,
      int[] counts,
      int[] firsts,
      long[] ips,
      boolean sameIp,
      long ip) {
    int p = begin + 1;
    int form = from[begin];
    if ((form & (LINES_ANY | LINES_RUN)) == 0) {
      lines[row] = 1L << form;
    } else if ((form & LINES_ANY) != 0) {
      lines[row] = RecordReader.wideAt(from, p);
      p += 8;
    } else {
      lines[row] = (-1L >>> (63 - (from[p++] & 63))) << form; // << takes the low six bits
    }
    long count = RecordReader.wideAt(from, p);
    int countBytes = shortBytes(count);
    long first = count >>> (countBytes << 3);
    if (isShort(count) && isShort(first)) {
      counts[row] = shortNumber(count);
      firsts[row] = shortNumber(first);
      p += countBytes + shortBytes(first);
    } else {
      counts[row] = (int) longNumber(from, p);
      firsts[row] = (int) longNumber(from, at);
      p = at;
    }
    if (sameIp) {
      ips[row] = ip;
      return p;
    }
    ips[row] = (ip + signed(longNumber(from, p))) & IP_MASK;
    return at;
  }

  // Numbers have seven bits a byte, the low ones first. Most take one or two bytes, which of them
  // nobody can guess: those two are taken from the low bytes of a word without a branch.

  private static boolean isShort(long word) {
    return (word & 0x8080) != 0x8080;
  }

  private static int shortBytes(long word) {
    return 1 + ((int) word >>> 7 & 1);
  }

  private static int shortNumber(long word) {
    int two = (int) word;
    return (two & 0x7f) | (two >>> 1 & 0x3f80 & -(two >>> 7 & 1));
  }

  /** A number of any length; {@link #at} is behind it then. */
  private long longNumber(byte[] from, int begin) {
    int p = begin;
    byte b = from[p++];
    long n = b & 0x7f;
    for (int shift = 7; b < 0; shift += 7) {
      b = from[p++];
      n |= (long) (b & 0x7f) << shift;
    }
    at = p;
    return n;
  }

  private static long signed(long n) {
    return (n >>> 1) ^ -(n & 1);
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
    }
    if (precedes(rows.firstWrite[from], rows.firstWrite[into])) {
      rows.firstWrite[into] = rows.firstWrite[from];
      rows.writeIp[into] = rows.writeIp[from];
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
