package org.popcornreplay.replay.padding;

import java.util.Arrays;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.SyncFunction;
import org.popcornreplay.traces.ThreadCursor;

/**
 * Walks a thread's records with objects on pages of their own: a visit of a page that held some
 * becomes one visit for each page on which its lines lie now. All of them have the offsets of the
 * recorded visit, whose first read and first write may have been of another line.
 */
final class PaddedCursor implements ThreadCursor {
  private static final int SET_ROBUST_LIST = 273;
  private static final int LINE_BITS = 6;

  private final ThreadCursor recorded;
  private final Parts parts;
  private final boolean movesVisits;

  private long sequence = -1;
  private int count;
  private int at;
  private long[] page = new long[8];
  private long[] readLines = new long[8];
  private long[] writeLines = new long[8];
  private int[] reads = new int[8];
  private int[] writes = new int[8];

  /**
   * A cursor.
   *
   * @param movesVisits false where the visits were made from accesses that lie elsewhere already
   */
  PaddedCursor(ThreadCursor recorded, Parts parts, boolean movesVisits) {
    this.recorded = recorded;
    this.parts = parts;
    this.movesVisits = movesVisits;
  }

  @Override
  public boolean next() {
    if (++at < count) {
      return true;
    }
    at = 0;
    count = 0;
    if (!recorded.next()) {
      return false;
    }
    if (recorded.isEvent()) {
      sequence = recorded.sequence();
    } else if (movesVisits) {
      int[] here = parts.onPage(recorded.page());
      if (here != null) {
        split(here);
      }
    }
    return true;
  }

  private void split(int[] here) {
    long readsLeft = recorded.readLines();
    long writesLeft = recorded.writeLines();
    for (int part : here) {
      long lines = parts.lines(part, recorded.page()) & (readsLeft | writesLeft);
      if (lines != 0 && parts.applies(part, sequence)) {
        long first = recorded.page() << LINE_BITS;
        long shift = (parts.to(part) - parts.start(part)) >> LINE_BITS;
        long target = (first + shift) >>> LINE_BITS;
        int offset = (int) (first + shift) & 63;
        add(target, (readsLeft & lines) << offset, (writesLeft & lines) << offset);
        if (offset != 0) {
          int down = 64 - offset;
          add(target + 1, (readsLeft & lines) >>> down, (writesLeft & lines) >>> down);
        }
        readsLeft &= ~lines;
        writesLeft &= ~lines;
      }
    }
    if (count > 0) {
      add(recorded.page(), readsLeft, writesLeft);
      share(reads, readLines, recorded.reads());
      share(writes, writeLines, recorded.writes());
    }
  }

  private void add(long ofPage, long linesRead, long linesWritten) {
    if ((linesRead | linesWritten) == 0) {
      return;
    }
    if (count == page.length) {
      page = Arrays.copyOf(page, 2 * count);
      readLines = Arrays.copyOf(readLines, 2 * count);
      writeLines = Arrays.copyOf(writeLines, 2 * count);
      reads = Arrays.copyOf(reads, 2 * count);
      writes = Arrays.copyOf(writes, 2 * count);
    }
    page[count] = ofPage;
    readLines[count] = linesRead;
    writeLines[count] = linesWritten;
    count++;
  }

  /** Shares a count among the visits by their lines; the sum stays. */
  private void share(int[] counts, long[] lines, int total) {
    int linesLeft = 0;
    for (int i = 0; i < count; i++) {
      linesLeft += Long.bitCount(lines[i]);
    }
    int left = total;
    for (int i = 0; i < count; i++) {
      int own = Long.bitCount(lines[i]);
      counts[i] = own == 0 ? 0 : (int) ((long) left * own / linesLeft);
      left -= counts[i];
      linesLeft -= own;
    }
  }

  private boolean isSplit() {
    return count > 0;
  }

  @Override
  public boolean isEvent() {
    return !isSplit() && recorded.isEvent();
  }

  @Override
  public int thread() {
    return recorded.thread();
  }

  @Override
  public long instructions() {
    return recorded.instructions();
  }

  @Override
  public int length() {
    return recorded.length();
  }

  @Override
  public long page() {
    return isSplit() ? page[at] : recorded.page();
  }

  @Override
  public int firstRead() {
    return isSplit() && readLines[at] == 0 ? -1 : recorded.firstRead();
  }

  @Override
  public int firstWrite() {
    return isSplit() && writeLines[at] == 0 ? -1 : recorded.firstWrite();
  }

  @Override
  public int reads() {
    return isSplit() ? reads[at] : recorded.reads();
  }

  @Override
  public int writes() {
    return isSplit() ? writes[at] : recorded.writes();
  }

  @Override
  public long readLines() {
    return isSplit() ? readLines[at] : recorded.readLines();
  }

  @Override
  public long writeLines() {
    return isSplit() ? writeLines[at] : recorded.writeLines();
  }

  @Override
  public long readIp() {
    return isSplit() && readLines[at] == 0 ? 0 : recorded.readIp();
  }

  @Override
  public long writeIp() {
    return isSplit() && writeLines[at] == 0 ? 0 : recorded.writeIp();
  }

  @Override
  public int flags() {
    return recorded.flags();
  }

  @Override
  public long sequence() {
    return recorded.sequence();
  }

  @Override
  public EventKind kind() {
    return recorded.kind();
  }

  @Override
  public int code() {
    return recorded.code();
  }

  @Override
  public long object() {
    return switch (recorded.kind()) {
      case ATOMIC, SPIN, FUTEX, SYNC_ENTER, SYNC_EXIT, THREAD_START ->
          parts.place(recorded.object(), sequence);
      default -> recorded.object();
    };
  }

  @Override
  public long argument(int i) {
    long value = recorded.argument(i);
    boolean isAddress =
        switch (recorded.kind()) {
          case FUTEX -> i == 3;
          case SYSCALL -> i == 0 && recorded.code() == SET_ROBUST_LIST;
          case SYNC_ENTER, SYNC_EXIT -> i == 0 && givesMutex(recorded.code());
          default -> false;
        };
    return isAddress ? parts.place(value, sequence) : value;
  }

  private static boolean givesMutex(int code) {
    SyncFunction function = SyncFunction.ofCode(code);
    return function == SyncFunction.COND_WAIT || function == SyncFunction.COND_TIMEDWAIT;
  }

  @Override
  public long result() {
    return recorded.result();
  }

  @Override
  public long nanos() {
    return recorded.nanos();
  }

  @Override
  public long ip() {
    return recorded.ip();
  }
}
