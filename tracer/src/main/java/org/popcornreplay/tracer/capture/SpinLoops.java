package org.popcornreplay.tracer.capture;

import it.unimi.dsi.fastutil.ints.Int2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.traces.VisitRows;

/**
 * Finds where a thread waits for another one's store by reading a line again and again, without a
 * system call. Threads run in turns while they are recorded, so the slices of all threads come in
 * the order in which they happened, and a loop that waits goes on until its turn is over: the last
 * slice of the turn reads few lines, every few instructions, and the first one of the next turn
 * goes on to something else, where another thread has written one of these lines in between.
 *
 * <p>Memory depends on the threads and on the lines that somebody waited for, of which there is a
 * limit.
 */
final class SpinLoops {
  /** Instructions of the longest loop that is taken for one. */
  private static final int LOOP_INSTRUCTIONS = 256;

  /** A loop of which no whole slice was seen reads its line at least this often. */
  private static final int SHORT_LOOP_INSTRUCTIONS = 16;

  /** Code addresses of reads of one line in one loop lie closer than this. */
  private static final int LOOP_BYTES = 256;

  /** A shorter rest of a slice is not taken for a loop. */
  private static final int SHORTEST_INSTRUCTIONS = 128;

  /** A loop looks at no more lines, those of the thread's own stack aside. */
  private static final int MOST_LINES = 8;

  private static final int MOST_LOOPS = 4;
  private static final int MOST_WRITES = 64;
  private static final int MOST_KNOWN_LINES = 1 << 16;
  private static final int PAGE_SHIFT = 12;
  private static final int LINE_SHIFT = 6;
  private static final int LOCKED = 2;

  /** Hears of a wait that has ended. */
  @FunctionalInterface
  interface Listener {
    /**
     * A thread waited for another one's write.
     *
     * @param at instructions of the thread at the end of the slice in which it went on
     * @param from its instructions before it began to wait
     * @param until its instructions before the read that found the write
     * @param writtenAt instructions of the writer before the write
     */
    void waited(
        int thread, long at, long line, long from, long until, int writer, long writtenAt, long ip);
  }

  /** A write to a line that somebody looks at; they are numbered from 1 on. */
  private record Write(long number, int thread, long at, long ip, boolean spins) {}

  /** What a thread may be waiting for: its last slice read these lines to its end. */
  private static final class Loop {
    final long page;
    final long from; // not before this instruction did it begin
    final int reads;
    final long ownIp; // where the thread wrote the line itself, just before; 0 = it did not
    final List<Write> writes = new ArrayList<>();
    long lines;
    long ip;
    long begin = -1; // -1: not known, as no whole slice of the loop was seen
    int turn; // instructions from one read to the next; 0: not known either
    boolean tight; // read its line very often, and no other of the page
    long end;

    Loop(long page, long lines, long ip, int reads, long from, long end, long ownIp) {
      this.page = page;
      this.lines = lines;
      this.ip = ip;
      this.reads = reads;
      this.from = from;
      this.end = end;
      this.ownIp = ownIp;
    }
  }

  private static final class Spinner {
    long stackLow;
    long stackHigh;
    List<Loop> loops = new ArrayList<>(1);
  }

  /** The last write to a line that somebody has waited for, and who has seen which. */
  private static final class KnownLine {
    Write last;
    final Int2LongOpenHashMap seen = new Int2LongOpenHashMap();
  }

  private final Listener listener;
  private final List<Spinner> threads = new ArrayList<>();
  private final Long2ObjectOpenHashMap<List<Loop>> loopsByPage = new Long2ObjectOpenHashMap<>();

  /** Code addresses of reads that waited for others, and instructions from one to the next. */
  private final Long2IntOpenHashMap knownReaders = new Long2IntOpenHashMap();

  private final Long2ObjectOpenHashMap<Long2ObjectOpenHashMap<KnownLine>> knownLines =
      new Long2ObjectOpenHashMap<>();

  /** How many loops and known lines there are in the pages of a slot: most pages have none. */
  private final int[] watched = new int[1 << 10];

  private int known;
  private long writes;
  private int firstThread = -1;
  private boolean several;

  private VisitRows rows;
  private int[] order;
  private int count;

  SpinLoops(Listener listener) {
    this.listener = listener;
  }

  /** Where a thread has its stack, from low to high. */
  void stack(int thread, long low, long high) {
    Spinner t = thread(thread);
    t.stackLow = low;
    t.stackHigh = high;
  }

  private Spinner thread(int number) {
    while (threads.size() <= number) {
      threads.add(new Spinner());
    }
    return threads.get(number);
  }

  /**
   * A slice of a thread. Slices come in the order in which they were recorded.
   *
   * @param ofOrder which rows, by index; null = the first ones as they stand
   */
  void slice(int number, long start, int length, VisitRows ofRows, int[] ofOrder, int ofCount) {
    if (!several) {
      // As long as there is one thread, nobody waits for another.
      several = firstThread >= 0 && firstThread != number;
      firstThread = number;
      if (!several) {
        return;
      }
    }
    rows = ofRows;
    order = ofOrder;
    count = ofCount;
    Spinner t = thread(number);
    boolean onlyLooks = onlyLooks(t, length);
    List<Loop> before = t.loops;
    List<Loop> after = new ArrayList<>(1);
    if (!before.isEmpty()) {
      for (Loop loop : before) {
        loopsByPage.get(loop.page).remove(loop);
        watched[slot(loop.page)]--;
      }
      goOn(number, before, after, start, length, onlyLooks);
    }
    if (!knownReaders.isEmpty()) {
      look(number, start, length, after);
    }
    begin(t, after, start, length, onlyLooks);
    if (!onlyLooks && !(loopsByPage.isEmpty() && knownLines.isEmpty())) {
      note(number, start, length);
    }
    for (Loop loop : after) {
      loopsByPage.computeIfAbsent(loop.page, page -> new ArrayList<>(1)).add(loop);
      watched[slot(loop.page)]++;
    }
    for (Loop loop : before) {
      List<Loop> left = loopsByPage.get(loop.page);
      if (left != null && left.isEmpty()) {
        loopsByPage.remove(loop.page);
      }
    }
    t.loops = after;
  }

  private int slot(long page) {
    return (int) (page ^ page >>> 10) & (watched.length - 1);
  }

  private int row(int i) {
    return order == null ? i : order[i];
  }

  private static boolean isStack(Spinner t, long page) {
    long address = page << PAGE_SHIFT;
    return address >= (t.stackLow & -(1L << PAGE_SHIFT)) && address < t.stackHigh;
  }

  /** Whether a slice does the same every few instructions, and that is to read a few lines. */
  private boolean onlyLooks(Spinner t, int length) {
    if (count > 2 * MOST_LINES) {
      return false;
    }
    int lines = 0;
    for (int i = 0; i < count; i++) {
      int r = row(i);
      if ((long) (rows.reads[r] + rows.writes[r]) * LOOP_INSTRUCTIONS < length) {
        return false;
      }
      if (!isStack(t, rows.page[r])) {
        lines += Long.bitCount(rows.readLines[r]);
        if (rows.writes[r] > 0) {
          return false;
        }
      }
    }
    return lines > 0 && lines <= MOST_LINES;
  }

  private int find(long page) {
    for (int i = 0; i < count; i++) {
      if (rows.page[row(i)] == page) {
        return row(i);
      }
    }
    return -1;
  }

  /** Whether a slice begins with what the loop reads. */
  private boolean readsOn(Loop loop, int r) {
    return r >= 0
        && rows.firstRead[r] >= 0
        && rows.firstRead[r] < LOOP_INSTRUCTIONS
        && (rows.readLines[r] & loop.lines) != 0;
  }

  private boolean isSameRead(Loop loop, int r) {
    return Math.abs(rows.readIp[r] - loop.ip) < LOOP_BYTES;
  }

  /** Whether a slice, in which a loop is left, shows that it was one that waits. */
  private boolean wasWaiting(Loop loop, int r, int length) {
    boolean waited =
        loop.begin >= 0
            || knownReaders.containsKey(rows.readIp[r])
            || (loop.tight && (long) rows.reads[r] * LOOP_INSTRUCTIONS < length);
    return waited && isSameRead(loop, r);
  }

  /** The thread's loops of the slice before go on, or end with what others wrote. */
  private void goOn(
      int number, List<Loop> before, List<Loop> after, long start, int length, boolean onlyLooks) {
    Loop ended = null;
    Write ending = null;
    for (Loop loop : before) {
      int r = loop.end == start ? find(loop.page) : -1;
      if (!readsOn(loop, r)) {
        continue;
      }
      // A turn ends a few instructions behind a slice, and these are a slice of their own.
      boolean isLong = length >= SHORTEST_INSTRUCTIONS;
      if (onlyLooks && !isLong && loop.writes.isEmpty()) {
        loop.end = start + length;
        after.add(loop);
      } else if (onlyLooks && isLong && (loop.begin < 0 || isSameRead(loop, r))) {
        goesOn(loop, r, start, length);
        after.add(loop);
      } else if (wasWaiting(loop, r, length)) {
        Write write = ending(loop);
        if (write != null && (ended == null || write.number() > ending.number())) {
          ended = loop;
          ending = write;
        }
      }
    }
    if (ended != null) {
      int r = find(ended.page);
      long begin = begin(ended);
      long lines = rows.readLines[r] & ended.lines;
      long line = (ended.page << LINE_SHIFT) + Long.numberOfTrailingZeros(lines);
      KnownLine seen = known(line);
      if (seen != null) {
        seen.last = ended.writes.get(ended.writes.size() - 1);
        seen.seen.put(number, writes);
      }
      knownReaders.put(ended.ip, turn(ended));
      knownReaders.put(rows.readIp[r], turn(ended));
      listener.waited(
          number,
          start + length,
          line << LINE_SHIFT,
          begin >= 0 ? begin : start,
          start,
          ending.thread(),
          ending.at(),
          ended.ip);
    }
  }

  private void goesOn(Loop loop, int r, long start, int length) {
    loop.turn = Math.max(1, length / rows.reads[r]);
    if (loop.begin < 0) {
      loop.begin = begin(loop);
      loop.ip = rows.readIp[r]; // the first slice may have read something else of the page before
    }
    loop.lines &= rows.readLines[r];
    loop.end = start + length;
    loop.writes.clear(); // it looked at what was written, and went on
  }

  private int turn(Loop loop) {
    return loop.turn > 0 ? loop.turn : knownReaders.get(loop.ip);
  }

  /** Where a loop began, behind whatever else its first slice did; -1 where nothing tells it. */
  private long begin(Loop loop) {
    int turn = turn(loop);
    if (loop.begin >= 0 || turn == 0) {
      return loop.begin;
    }
    return Math.max(loop.from, loop.end - (long) loop.reads * turn);
  }

  /**
   * The write that ended a loop, of those since its thread's slice before; null where there is
   * none. A thread that itself waits on the line has not ended the wait where it wrote what all do
   * that begin to wait, as those that come to a barrier do: the first one that did not wait has. A
   * lock is given up last by who had it just before.
   */
  private static Write ending(Loop loop) {
    Write last = null;
    Write lastOther = null;
    for (Write write : loop.writes) {
      boolean same = loop.ownIp != 0 && write.ip() == loop.ownIp;
      if (same && !write.spins()) {
        return write;
      }
      if (!same) {
        lastOther = write;
      }
      last = write;
    }
    return lastOther != null ? lastOther : last;
  }

  /** A read that found at once what such a loop waits for elsewhere. */
  private void look(int number, long start, int length, List<Loop> going) {
    for (int i = 0; i < count; i++) {
      int r = row(i);
      if (rows.firstRead[r] < 0 || !knownReaders.containsKey(rows.readIp[r])) {
        continue;
      }
      Long2ObjectOpenHashMap<KnownLine> lines = knownLines.get(rows.page[r]);
      boolean waits = lines == null;
      for (Loop loop : going) {
        waits |= loop.page == rows.page[r];
      }
      if (waits) {
        continue;
      }
      long first = rows.page[r] << LINE_SHIFT;
      for (long mask = rows.readLines[r]; mask != 0; mask &= mask - 1) {
        long line = first + Long.numberOfTrailingZeros(mask);
        KnownLine at = lines.get(line);
        boolean wrote =
            (rows.writeLines[r] & Long.lowestOneBit(mask)) != 0
                && rows.firstWrite[r] < rows.firstRead[r];
        if (at != null
            && !wrote
            && at.last != null
            && at.last.thread() != number
            && at.seen.get(number) < at.last.number()) {
          at.seen.put(number, writes);
          long read = start + rows.firstRead[r];
          listener.waited(
              number,
              start + length,
              line << LINE_SHIFT,
              read,
              read,
              at.last.thread(),
              at.last.at(),
              rows.readIp[r]);
        }
      }
    }
  }

  /** Loops that may have begun in a slice: what it read every few instructions to its end. */
  private void begin(Spinner t, List<Loop> after, long start, int length, boolean onlyLooks) {
    for (int i = nextReader(0, length);
        i < count && after.size() < MOST_LOOPS;
        i = nextReader(i + 1, length)) {
      int r = row(i);
      if (!readsToTheEnd(r, length) || isStack(t, rows.page[r]) || has(after, rows.page[r])) {
        continue;
      }
      boolean wrote = (rows.readLines[r] & rows.writeLines[r]) != 0;
      int first = wrote ? Math.max(rows.firstRead[r], rows.firstWrite[r]) : rows.firstRead[r];
      Loop loop =
          new Loop(
              rows.page[r],
              rows.readLines[r],
              rows.readIp[r],
              rows.reads[r],
              start + first,
              start + length,
              wrote ? rows.writeIp[r] : 0);
      if (onlyLooks && first < LOOP_INSTRUCTIONS && first < length / 2) {
        loop.begin = start + first;
        loop.turn = Math.max(1, length / rows.reads[r]);
      }
      loop.tight =
          (long) rows.reads[r] * SHORT_LOOP_INSTRUCTIONS >= length - first
              && Long.bitCount(rows.readLines[r]) == 1;
      after.add(loop);
    }
  }

  /** The next row that is read every few instructions, if to the end, or the number of rows. */
  private int nextReader(int from, int length) {
    int[] reads = rows.reads;
    int[] firstRead = rows.firstRead;
    int i = from;
    while (i < count) {
      int r = row(i);
      if ((long) reads[r] * LOOP_INSTRUCTIONS >= length - firstRead[r]) {
        break;
      }
      i++;
    }
    return i;
  }

  private boolean readsToTheEnd(int r, int length) {
    int rest = length - rows.firstRead[r];
    return rows.firstRead[r] >= 0
        && rest >= SHORTEST_INSTRUCTIONS
        && rows.reads[r] > rows.writes[r]
        && (long) rows.reads[r] * LOOP_INSTRUCTIONS >= rest
        && Long.bitCount(rows.readLines[r]) <= MOST_LINES;
  }

  private static boolean has(List<Loop> loops, long page) {
    for (Loop loop : loops) {
      if (loop.page == page) {
        return true;
      }
    }
    return false;
  }

  /** Notes the slice's writes to lines that others look at. */
  private void note(int number, long start, int length) {
    for (int i = nextWatched(0); i < count; i = nextWatched(i + 1)) {
      int r = row(i);
      List<Loop> loops = loopsByPage.get(rows.page[r]);
      Long2ObjectOpenHashMap<KnownLine> lines = knownLines.get(rows.page[r]);
      if (loops == null && lines == null) {
        continue;
      }
      // Behind a first locked operation there may be the store that gives a lock up.
      boolean last = (rows.flags[r] & LOCKED) != 0 && rows.writes[r] > 1;
      long at = start + (last ? length - 1 : rows.firstWrite[r]);
      Write write = new Write(++writes, number, at, rows.writeIp[r], readsToTheEnd(r, length));
      if (loops != null) {
        for (Loop loop : loops) {
          if ((rows.writeLines[r] & loop.lines) != 0) {
            if (loop.writes.size() == MOST_WRITES) {
              loop.writes.remove(MOST_WRITES / 2);
            }
            loop.writes.add(write);
          }
        }
      }
      if (lines != null) {
        long first = rows.page[r] << LINE_SHIFT;
        for (long mask = rows.writeLines[r]; mask != 0; mask &= mask - 1) {
          KnownLine line = lines.get(first + Long.numberOfTrailingZeros(mask));
          if (line != null) {
            line.last = write;
          }
        }
      }
    }
  }

  /** The next row of a page that is written and perhaps looked at, or the number of rows. */
  private int nextWatched(int from) {
    int[] written = rows.writes;
    long[] page = rows.page;
    int i = from;
    while (i < count) {
      int r = row(i);
      if (written[r] != 0 && watched[slot(page[r])] != 0) {
        break;
      }
      i++;
    }
    return i;
  }

  private KnownLine known(long line) {
    Long2ObjectOpenHashMap<KnownLine> lines = knownLines.get(line >>> LINE_SHIFT);
    KnownLine at = lines == null ? null : lines.get(line);
    if (at == null && known < MOST_KNOWN_LINES) {
      known++;
      at = new KnownLine();
      knownLines
          .computeIfAbsent(line >>> LINE_SHIFT, page -> new Long2ObjectOpenHashMap<>(1))
          .put(line, at);
      watched[slot(line >>> LINE_SHIFT)]++;
    }
    return at;
  }
}
