package org.popcornreplay.traces;

import org.popcornreplay.traces.arrow.ColumnBatch;

/**
 * A batch of visits, row by row instead of column by column: a replay takes a few rows of one
 * thread, then a few of another, and a row in twelve columns is twelve places in memory that the
 * processor's cache has lost meanwhile.
 */
final class CursorRows {
  private static final int START = 0;
  private static final int PAGE = 1;
  private static final int READ_LINES = 2;
  private static final int WRITE_LINES = 3;
  private static final int READ_IP = 4;
  private static final int WRITE_IP = 5;
  private static final int LENGTH_AND_FLAGS = 6;
  private static final int FIRST = 7;
  private static final int COUNTS = 8;
  private static final int WORDS = 9;

  private static final long LOW = 0xffff_ffffL;

  private long[] words = new long[0];
  private int rows;

  /** Makes room for rows, which are put there by {@link #put}. */
  long[] words(int ofRows) {
    rows = ofRows;
    if (words.length < rows * WORDS) {
      words = new long[rows * WORDS];
    }
    return words;
  }

  /** Takes all rows of a plain batch, which is free for others then. */
  void take(ColumnBatch batch) {
    long[] into = words(batch.rows());
    long[] start = batch.longs(VisitColumns.PLAIN_START);
    int[] length = batch.ints(VisitColumns.PLAIN_LENGTH);
    long[] page = batch.longs(VisitColumns.PLAIN_PAGE);
    int[] firstRead = batch.ints(VisitColumns.PLAIN_FIRST_READ);
    int[] firstWrite = batch.ints(VisitColumns.PLAIN_FIRST_WRITE);
    int[] reads = batch.ints(VisitColumns.PLAIN_READS);
    int[] writes = batch.ints(VisitColumns.PLAIN_WRITES);
    long[] readLines = batch.longs(VisitColumns.PLAIN_READ_LINES);
    long[] writeLines = batch.longs(VisitColumns.PLAIN_WRITE_LINES);
    long[] readIp = batch.longs(VisitColumns.PLAIN_READ_IP);
    long[] writeIp = batch.longs(VisitColumns.PLAIN_WRITE_IP);
    byte[] flags = batch.bytes(VisitColumns.PLAIN_FLAGS);
    for (int row = 0; row < rows; row++) {
      put(
          into,
          row,
          start[row],
          page[row],
          readLines[row],
          writeLines[row],
          readIp[row],
          writeIp[row],
          length[row],
          flags[row] & 0xff,
          firstRead[row],
          firstWrite[row],
          reads[row],
          writes[row]);
    }
  }

  /** Puts a row where there is room for it. */
  static void put(
      long[] into,
      int row,
      long start,
      long page,
      long readLines,
      long writeLines,
      long readIp,
      long writeIp,
      int length,
      int flags,
      int firstRead,
      int firstWrite,
      int reads,
      int writes) {
    into[row * WORDS + START] = start;
    into[row * WORDS + PAGE] = page;
    into[row * WORDS + READ_LINES] = readLines;
    into[row * WORDS + WRITE_LINES] = writeLines;
    into[row * WORDS + READ_IP] = readIp;
    into[row * WORDS + WRITE_IP] = writeIp;
    into[row * WORDS + LENGTH_AND_FLAGS] = pair(flags, length);
    into[row * WORDS + FIRST] = pair(firstWrite, firstRead);
    into[row * WORDS + COUNTS] = pair(writes, reads);
  }

  private static long pair(int high, int low) {
    return (long) high << Integer.SIZE | (low & LOW);
  }

  void clear() {
    rows = 0;
  }

  int rows() {
    return rows;
  }

  long start(int row) {
    return words[row * WORDS + START];
  }

  int length(int row) {
    return (int) words[row * WORDS + LENGTH_AND_FLAGS];
  }

  int flags(int row) {
    return (int) (words[row * WORDS + LENGTH_AND_FLAGS] >>> Integer.SIZE);
  }

  long page(int row) {
    return words[row * WORDS + PAGE];
  }

  int firstRead(int row) {
    return (int) words[row * WORDS + FIRST];
  }

  int firstWrite(int row) {
    return (int) (words[row * WORDS + FIRST] >>> Integer.SIZE);
  }

  int reads(int row) {
    return (int) words[row * WORDS + COUNTS];
  }

  int writes(int row) {
    return (int) (words[row * WORDS + COUNTS] >>> Integer.SIZE);
  }

  long readLines(int row) {
    return words[row * WORDS + READ_LINES];
  }

  long writeLines(int row) {
    return words[row * WORDS + WRITE_LINES];
  }

  long readIp(int row) {
    return words[row * WORDS + READ_IP];
  }

  long writeIp(int row) {
    return words[row * WORDS + WRITE_IP];
  }
}
