package org.popcornreplay.traces;

import static org.popcornreplay.traces.arrow.Column.i32;
import static org.popcornreplay.traces.arrow.Column.i64;
import static org.popcornreplay.traces.arrow.Column.u8;

import java.util.List;
import org.popcornreplay.traces.arrow.Column;

/**
 * The columns of visits: plain, as people see them and as the file had them in version 1 of the
 * format, and packed, as {@link TraceTable#VISITS} has them since. Most numbers of a visit fit into
 * a byte or two, which lie in columns of bytes; the rest of each lies in a column of zeros that
 * costs next to nothing.
 */
final class VisitColumns {
  static final List<Column> PLAIN =
      List.of(
          i32("thread"),
          i64("start"),
          i32("length"),
          i64("page"),
          i32("first_read"),
          i32("first_write"),
          i32("reads"),
          i32("writes"),
          i64("read_lines"),
          i64("write_lines"),
          i64("read_ip"),
          i64("write_ip"),
          u8("flags"));

  static final int THREAD = 0; // of both

  static final int PLAIN_START = 1;
  static final int PLAIN_LENGTH = 2;
  static final int PLAIN_PAGE = 3;
  static final int PLAIN_FIRST_READ = 4;
  static final int PLAIN_FIRST_WRITE = 5;
  static final int PLAIN_READS = 6;
  static final int PLAIN_WRITES = 7;
  static final int PLAIN_READ_LINES = 8;
  static final int PLAIN_WRITE_LINES = 9;
  static final int PLAIN_READ_IP = 10;
  static final int PLAIN_WRITE_IP = 11;
  static final int PLAIN_FLAGS = 12;

  static final int PAGE_DELTA = 1;
  static final int FIRST_READ_LOW = 2;
  static final int FIRST_READ_HIGH = 3;
  static final int READS_LOW = 4;
  static final int READ_LINE = 5;
  static final int READ_RUN = 6;
  static final int READ_SITE_LOW = 7;
  static final int READ_SITE_HIGH = 8;
  static final int GAP = 9;
  static final int LENGTH_DELTA = 10;
  static final int FIRST_REST = 11;
  static final int SITE_REST = 12;
  static final int READS_REST = 13;
  static final int WRITES_REST = 14;
  static final int FIRST_WRITE_LOW = 15;
  static final int FIRST_WRITE_HIGH = 16;
  static final int WRITES_LOW = 17;
  static final int WRITE_LINE = 18;
  static final int WRITE_RUN = 19;
  static final int WRITE_SITE_LOW = 20;
  static final int WRITE_SITE_HIGH = 21;
  static final int FLAGS = 22;
  static final int OTHER_PAGE = 23;
  static final int READ_LINES_REST = 24;
  static final int WRITE_LINES_REST = 25;

  /** Among the packed flags: the first row of a slice. */
  static final int BEGINS_SLICE = 0x80;

  /** Lines of a page, one for each bit of a mask. */
  static final int LINES = Long.SIZE;

  private VisitColumns() {}

  /** The high halves of two numbers: that of reads is the lower one. */
  static int rest(int read, int write) {
    return read >>> Short.SIZE | (write & -1 << Short.SIZE);
  }

  /** A number of reads from its parts. */
  static int ofRead(byte low, byte high, int rest) {
    return (low & 0xff) | (high & 0xff) << Byte.SIZE | rest << Short.SIZE;
  }

  /** A number of writes from its parts. */
  static int ofWrite(byte low, byte high, int rest) {
    return (low & 0xff) | (high & 0xff) << Byte.SIZE | (rest & -1 << Short.SIZE);
  }

  /** A mask of the first lines of a page, 0 to 64 of them. */
  static long firstLines(int count) {
    return count == 0 ? 0 : -1L >>> -count;
  }
}
