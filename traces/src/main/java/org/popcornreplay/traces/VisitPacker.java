package org.popcornreplay.traces;

import java.util.Arrays;
import java.util.List;
import org.popcornreplay.traces.arrow.Column;
import org.popcornreplay.traces.arrow.ColumnBatch;

/**
 * Packs the visits of a thread for a batch, slice by slice, as docs/trace-format.md says. {@link
 * VisitUnpacker} is the other way.
 */
final class VisitPacker {
  /**
   * Columns that are zero in most rows. They are all zeros where a batch begins, and only what is
   * not zero is written.
   */
  private static final int[] MOSTLY_ZERO = {
    VisitColumns.GAP,
    VisitColumns.LENGTH_DELTA,
    VisitColumns.FIRST_REST,
    VisitColumns.SITE_REST,
    VisitColumns.READS_REST,
    VisitColumns.WRITES_REST,
    VisitColumns.OTHER_PAGE,
    VisitColumns.READ_LINES_REST,
    VisitColumns.WRITE_LINES_REST
  };

  private final int thread;
  private final ColumnBatch batch = new ColumnBatch(TraceTable.VISITS.columns());
  private long base;
  private long lastStart;
  private int lastLength;
  private long lastPage;

  /** Of the slice before. */
  private long firstPage;

  VisitPacker(int thread) {
    this.thread = thread;
    clear();
  }

  /** The rows so far. */
  ColumnBatch batch() {
    return batch;
  }

  /** The start of the batch's first row. */
  long base() {
    return base;
  }

  /** Forgets the rows, which have been written. */
  void clear() {
    List<Column> columns = batch.columns();
    for (int c : MOSTLY_ZERO) {
      if (!batch.isZero(c)) {
        switch (columns.get(c).type()) {
          case I32 -> Arrays.fill(batch.ints(c), 0, batch.rows(), 0);
          case I64 -> Arrays.fill(batch.longs(c), 0, batch.rows(), 0);
          default -> throw new IllegalStateException(columns.get(c).name());
        }
        batch.setZero(c, true);
      }
    }
    batch.setRows(0);
  }

  /**
   * Adds rows of a slice, for which the batch must have room.
   *
   * @param from index of the first one
   * @return false where the batch must be written first
   */
  boolean add(long start, int length, VisitRows rows, int from, int count) {
    int row = batch.rows();
    boolean begins = row == 0 || start != lastStart || length != lastLength;
    if (begins && !begin(row, start, length)) {
      return false;
    }
    int[] threads = batch.ints(VisitColumns.THREAD);
    if (threads[row + count - 1] != thread) { // else they hold it since the batch before
      Arrays.fill(threads, row, row + count, thread);
    }
    addRows(rows, from, count, row);
    if (begins) {
      firstPage = rows.page[from];
      batch.bytes(VisitColumns.FLAGS)[row] |= (byte) VisitColumns.BEGINS_SLICE;
    }
    batch.setRows(row + count);
    return true;
  }

  /** Begins a slice, unless it lies too far behind the one before. */
  private boolean begin(int row, long start, int length) {
    if (row == 0) {
      base = lastStart = start;
      lastLength = 0;
      firstPage = 0;
    }
    long gap = start - (lastStart + lastLength);
    if (gap != (int) gap) {
      return false;
    }
    put(VisitColumns.GAP, row, (int) gap);
    put(VisitColumns.LENGTH_DELTA, row, length - lastLength);
    lastStart = start;
    lastLength = length;
    lastPage = firstPage; // many slices begin with the same page
    return true;
  }

  /** What is most often not zero is written in any case, the rest where it is not. */
  private void addRows(VisitRows rows, int from, int count, int row) {
    byte[] pageDelta = batch.bytes(VisitColumns.PAGE_DELTA);
    byte[] firstReadLow = batch.bytes(VisitColumns.FIRST_READ_LOW);
    byte[] firstReadHigh = batch.bytes(VisitColumns.FIRST_READ_HIGH);
    byte[] readsLow = batch.bytes(VisitColumns.READS_LOW);
    byte[] readLine = batch.bytes(VisitColumns.READ_LINE);
    byte[] readRun = batch.bytes(VisitColumns.READ_RUN);
    byte[] readSiteLow = batch.bytes(VisitColumns.READ_SITE_LOW);
    byte[] readSiteHigh = batch.bytes(VisitColumns.READ_SITE_HIGH);
    byte[] firstWriteLow = batch.bytes(VisitColumns.FIRST_WRITE_LOW);
    byte[] firstWriteHigh = batch.bytes(VisitColumns.FIRST_WRITE_HIGH);
    byte[] writesLow = batch.bytes(VisitColumns.WRITES_LOW);
    byte[] writeLine = batch.bytes(VisitColumns.WRITE_LINE);
    byte[] writeRun = batch.bytes(VisitColumns.WRITE_RUN);
    byte[] writeSiteLow = batch.bytes(VisitColumns.WRITE_SITE_LOW);
    byte[] writeSiteHigh = batch.bytes(VisitColumns.WRITE_SITE_HIGH);
    byte[] flags = batch.bytes(VisitColumns.FLAGS);
    long last = lastPage;
    for (int i = 0; i < count; i++, row++, from++) {
      long page = rows.page[from];
      long step = page - last;
      last = page;
      pageDelta[row] = (byte) step;
      if (step >>> Byte.SIZE != 0) {
        if (page < 0) {
          throw new IllegalArgumentException("page=" + page + ", expected 0 or more");
        }
        pageDelta[row] = 0;
        put(VisitColumns.OTHER_PAGE, row, page + 1);
      }
      int read = rows.firstRead[from] + 1;
      int write = rows.firstWrite[from] + 1;
      putLow(firstReadLow, firstReadHigh, row, read);
      putLow(firstWriteLow, firstWriteHigh, row, write);
      putRest(VisitColumns.FIRST_REST, row, read, write);
      int reads = rows.reads[from];
      int writes = rows.writes[from];
      readsLow[row] = (byte) reads;
      writesLow[row] = (byte) writes;
      if ((reads | writes) >>> Byte.SIZE != 0) {
        put(VisitColumns.READS_REST, row, reads >>> Byte.SIZE);
        put(VisitColumns.WRITES_REST, row, writes >>> Byte.SIZE);
      }
      putLines(readLine, readRun, VisitColumns.READ_LINES_REST, row, rows.readLines[from]);
      putLines(writeLine, writeRun, VisitColumns.WRITE_LINES_REST, row, rows.writeLines[from]);
      read = rows.readSite[from];
      write = rows.writeSite[from];
      putLow(readSiteLow, readSiteHigh, row, read);
      putLow(writeSiteLow, writeSiteHigh, row, write);
      putRest(VisitColumns.SITE_REST, row, read, write);
      flags[row] = rows.flags[from];
    }
    lastPage = last;
  }

  private static void putLow(byte[] low, byte[] high, int row, int value) {
    low[row] = (byte) value;
    high[row] = (byte) (value >> Byte.SIZE);
  }

  private void putRest(int column, int row, int read, int write) {
    if ((read | write) >>> Short.SIZE != 0) {
      put(column, row, VisitColumns.rest(read, write));
    }
  }

  /** Most often a page's lines are side by side. */
  private void putLines(byte[] lineOf, byte[] runOf, int restColumn, int row, long lines) {
    int line = Long.numberOfTrailingZeros(lines) & (VisitColumns.LINES - 1); // of none: 0
    int run = Long.bitCount(lines);
    if (lines >>> line != VisitColumns.firstLines(run)) {
      line = run = 0;
      put(restColumn, row, lines);
    }
    lineOf[row] = (byte) line;
    runOf[row] = (byte) run;
  }

  private void put(int column, int row, int value) {
    if (value != 0) {
      batch.ints(column)[row] = value;
      batch.setZero(column, false);
    }
  }

  private void put(int column, int row, long value) {
    batch.longs(column)[row] = value;
    batch.setZero(column, false);
  }
}
