package org.popcornreplay.tracer.capture;

import it.unimi.dsi.fastutil.longs.LongArrays;
import java.util.Arrays;
import org.popcornreplay.traces.VisitSink;

/**
 * The rows of one slice of one thread. The tool sends a page twice where its table had no room for
 * it in between; here the parts become one row again, and rows come out sorted by page.
 */
final class SliceRows {
  /** Pages of a slice; more are written in parts. */
  static final int MAX_ROWS = 1 << 20;

  private static final int INDEX_BITS = 20;
  private static final long NO_PAGE = 1L << 63;
  private static final long IP_MASK = (1L << 56) - 1;
  private static final int ROW_BYTES = 64;

  private int thread = -1;
  private long start;
  private long end;
  private int size;
  private long[] order = new long[256];
  private int[] firstRead = new int[256];
  private int[] firstWrite = new int[256];
  private int[] reads = new int[256];
  private int[] writes = new int[256];
  private long[] readLines = new long[256];
  private long[] writeLines = new long[256];
  private long[] readIp = new long[256];
  private long[] writeIp = new long[256];

  /** Whether rows wait that are not of this slice. */
  boolean holdsOther(int ofThread, long fromStart) {
    return size > 0 && (thread != ofThread || start != fromStart);
  }

  void slice(int ofThread, long fromStart, long toEnd) {
    thread = ofThread;
    start = fromStart;
    end = toEnd;
  }

  boolean isFull() {
    return size == MAX_ROWS;
  }

  int thread() {
    return thread;
  }

  /** Takes the row of 64 bytes at an offset of a record: the struct Entry of capture.h. */
  void add(RecordReader record, int offset) {
    if (size == order.length) {
      grow();
    }
    int i = size++;
    long base = record.wide(offset);
    if (base == NO_PAGE) {
      base = record.wide(offset + 8);
    }
    order[i] = base >>> 12 << INDEX_BITS | i;
    readLines[i] = record.wide(offset + 16);
    writeLines[i] = record.wide(offset + 24);
    reads[i] = record.number(offset + 32);
    writes[i] = record.number(offset + 36);
    firstRead[i] = record.number(offset + 40);
    firstWrite[i] = record.number(offset + 44);
    readIp[i] = record.wide(offset + 48);
    writeIp[i] = record.wide(offset + 56);
    assert offset + ROW_BYTES <= record.bytes();
  }

  /** Tells the rows and forgets them. */
  void emit(VisitSink sink) {
    if (size > 64) {
      LongArrays.quickSort(order, 0, size);
    } else {
      for (int i = 1; i < size; i++) {
        long key = order[i];
        int j = i;
        for (; j > 0 && order[j - 1] > key; j--) {
          order[j] = order[j - 1];
        }
        order[j] = key;
      }
    }
    int length = Math.toIntExact(end - start);
    for (int k = 0; k < size; ) {
      long page = order[k] >>> INDEX_BITS;
      int i = (int) order[k] & (MAX_ROWS - 1);
      for (k++; k < size && order[k] >>> INDEX_BITS == page; k++) {
        merge(i, (int) order[k] & (MAX_ROWS - 1));
      }
      sink.visit(
          thread,
          start,
          length,
          page,
          firstRead[i],
          firstWrite[i],
          reads[i],
          writes[i],
          readLines[i],
          writeLines[i],
          readIp[i] & IP_MASK,
          writeIp[i] & IP_MASK,
          (int) (writeIp[i] >>> 56));
    }
    size = 0;
  }

  private void merge(int into, int from) {
    if (firstRead[from] >= 0 && (firstRead[into] < 0 || firstRead[from] < firstRead[into])) {
      firstRead[into] = firstRead[from];
      readIp[into] = readIp[from];
    }
    if (firstWrite[from] >= 0 && (firstWrite[into] < 0 || firstWrite[from] < firstWrite[into])) {
      firstWrite[into] = firstWrite[from];
      writeIp[into] = writeIp[from];
    }
    if ((writeIp[into] >>> 56 & 4) != 0 && firstRead[into] != firstWrite[into]) {
      writeIp[into] &= ~(4L << 56); // the page had been read before, in another part
    }
    reads[into] += reads[from];
    writes[into] += writes[from];
    readLines[into] |= readLines[from];
    writeLines[into] |= writeLines[from];
  }

  private void grow() {
    int n = order.length * 2;
    order = Arrays.copyOf(order, n);
    firstRead = Arrays.copyOf(firstRead, n);
    firstWrite = Arrays.copyOf(firstWrite, n);
    reads = Arrays.copyOf(reads, n);
    writes = Arrays.copyOf(writes, n);
    readLines = Arrays.copyOf(readLines, n);
    writeLines = Arrays.copyOf(writeLines, n);
    readIp = Arrays.copyOf(readIp, n);
    writeIp = Arrays.copyOf(writeIp, n);
  }
}
