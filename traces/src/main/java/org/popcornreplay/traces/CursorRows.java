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

  /** Takes all rows of a batch, which is free for others then. */
  void take(ColumnBatch batch) {
    rows = batch.rows();
    if (words.length < rows * WORDS) {
      words = new long[rows * WORDS];
    }
    long[] start = batch.longs(1);
    int[] length = batch.ints(2);
    long[] page = batch.longs(3);
    int[] firstRead = batch.ints(4);
    int[] firstWrite = batch.ints(5);
    int[] reads = batch.ints(6);
    int[] writes = batch.ints(7);
    long[] readLines = batch.longs(8);
    long[] writeLines = batch.longs(9);
    long[] readIp = batch.longs(10);
    long[] writeIp = batch.longs(11);
    byte[] flags = batch.bytes(12);
    for (int row = 0, at = 0; row < rows; row++, at += WORDS) {
      words[at + START] = start[row];
      words[at + PAGE] = page[row];
      words[at + READ_LINES] = readLines[row];
      words[at + WRITE_LINES] = writeLines[row];
      words[at + READ_IP] = readIp[row];
      words[at + WRITE_IP] = writeIp[row];
      words[at + LENGTH_AND_FLAGS] = pair(flags[row] & 0xff, length[row]);
      words[at + FIRST] = pair(firstWrite[row], firstRead[row]);
      words[at + COUNTS] = pair(writes[row], reads[row]);
    }
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
