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

  // Where the row is that is being unpacked.
  private byte[] bytes;
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
    bytes = record.array();
    at = record.arrayOffset() + offset;
    int limit = record.arrayOffset() + record.bytes();
    long page = 0;
    long readIp = 0;
    long writeIp = 0;
    long last = row == 0 ? -1 : rows.page[row - 1];
    for (int rowsEnd = row + count; row < rowsEnd; row++) {
      if (at >= limit) {
        throw new IOException("capture stream: slice of rows=" + count + ", expected fewer");
      }
      int head = bytes[at++];
      page = (head & NEXT_PAGE) != 0 ? page + 1 : page + difference();
      page &= PAGE_MASK;
      sorted &= page > last;
      last = page;
      rows.page[row] = page;
      if ((head & READ) != 0) {
        rows.readLines[row] = lines();
        rows.reads[row] = (int) number();
        rows.firstRead[row] = (int) number();
        if ((head & SAME_READ_IP) == 0) {
          readIp = (readIp + difference()) & IP_MASK;
        }
        rows.readIp[row] = readIp;
      } else {
        rows.readLines[row] = 0;
        rows.reads[row] = 0;
        rows.firstRead[row] = -1;
        rows.readIp[row] = 0;
      }
      if ((head & WRITE) != 0) {
        rows.writeLines[row] = lines();
        rows.writes[row] = (int) number();
        rows.firstWrite[row] = (int) number();
        if ((head & SAME_WRITE_IP) == 0) {
          writeIp = (writeIp + difference()) & IP_MASK;
        }
        rows.writeIp[row] = writeIp;
      } else {
        rows.writeLines[row] = 0;
        rows.writes[row] = 0;
        rows.firstWrite[row] = -1;
        rows.writeIp[row] = 0;
      }
      rows.flags[row] = (byte) ((head & FLAGS) >> 1);
    }
    if (at > limit) {
      throw new IOException("capture stream: slice of rows=" + count + ", expected fewer");
    }
    rows.setSize(row);
  }

  /**
   * Seven bits a byte, the low ones first. Most take one or two bytes, which of them nobody can
   * guess: those two are read without a branch.
   */
  private long number() {
    int two = RecordReader.smallAt(bytes, at);
    if ((two & 0x8080) == 0x8080) {
      return longNumber();
    }
    int more = two >>> 7 & 1;
    at += 1 + more;
    return (two & 0x7f) | (two >>> 1 & 0x3f80 & -more);
  }

  private long longNumber() {
    byte b = bytes[at++];
    long n = b & 0x7f;
    for (int shift = 7; b < 0; shift += 7) {
      b = bytes[at++];
      n |= (long) (b & 0x7f) << shift;
    }
    return n;
  }

  private long difference() {
    long n = number();
    return (n >>> 1) ^ -(n & 1);
  }

  private long lines() {
    int head = bytes[at++];
    int low = head & 63;
    if ((head & LINES_ANY) != 0) {
      long mask = RecordReader.wideAt(bytes, at);
      at += 8;
      return mask;
    }
    if ((head & LINES_RUN) != 0) {
      return (-1L >>> (63 - (bytes[at++] & 63))) << low;
    }
    return 1L << low;
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
