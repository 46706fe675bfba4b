package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.ThreadCursor;
import org.popcornreplay.traces.VisitFlags;

/**
 * Where threads of the recording waited for each other through plain memory, without a function or
 * system call that says so.
 *
 * <p>A <em>poll</em> is a loop that reads a line, sleeps, and reads it again in the same few
 * instructions until another thread has written it. How often it slept depends on the recorded
 * machine, so a replay decides that anew: the thread sleeps until the last write that the recording
 * had before the loop's end has happened in virtual time. A <em>look</em> is a read by the same
 * instruction that found at once what it wanted, so that the recording has no sleep behind it; it
 * waits for the write that it may have seen. A thread that reads the thread word of one that had
 * exited (pthread_join that found it so) waits for that exit.
 */
public final class MemoryOrder {
  private static final int LINE_SHIFT = 6;
  private static final int PAGE_LINE_SHIFT = 6;

  /** A loop's first look may be another instruction than those behind its sleep. */
  private static final int LOOP_BYTES = 256;

  private static final long NO_SEQUENCE = -1;

  /** A loop around a sleep, and the write that ends it. */
  static final class Poll {
    final int thread;
    final long line;
    final long last;
    private final long before;
    private int writer = -1;
    private long writerInstructions;
    private long writeAfter = NO_SEQUENCE;
    private boolean passed;
    private int offset;
    private long napNanos;

    Poll(int thread, long line, long before, long last) {
      this.thread = thread;
      this.line = line;
      this.before = before;
      this.last = last;
    }

    /** The address of the line. */
    long address() {
      return line << LINE_SHIFT;
    }

    int writer() {
      return writer;
    }

    /** Instructions of the writer before its write. */
    long writerInstructions() {
      return writerInstructions;
    }

    /** The look at a line that found what it wanted. */
    static Poll passed(int thread, long line, int offset, long napNanos, long before, long next) {
      Poll look = new Poll(thread, line, before, next);
      look.passed = true;
      look.offset = offset;
      look.napNanos = napNanos;
      return look;
    }

    /** Instructions of the slice before the read, of a look. */
    int offset() {
      return offset;
    }

    /** How long the loop sleeps where it has to, of a look. */
    long napNanos() {
      return napNanos;
    }

    /**
     * A write by a thread between two of its events. What ends a loop is the last one that had
     * begun before its last sleep was over. A look saw the last one that had begun before the event
     * before it; where there is none, the first that was over before the event behind it.
     */
    private void offer(int byThread, long instructions, long after, long until) {
      boolean fits;
      if (!passed) {
        fits = until > before && after < last && after >= writeAfter;
      } else if (after < before) {
        fits = writeAfter >= before || after >= writeAfter;
      } else {
        fits = until <= last && (writer < 0 || (writeAfter >= before && after < writeAfter));
      }
      if (byThread != thread && fits) {
        writer = byThread;
        writerInstructions = instructions;
        writeAfter = after;
      }
    }
  }

  /** A line that a loop may be waiting for, and the addresses of the instructions that read it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Candidate(Poll poll, long[] readers) {}

  /** The sleeps of a loop, and what it may be waiting for, with the reading instructions. */
  private static final class Loop {
    final LongArrayList naps;
    final long napNanos;
    final List<Candidate> candidates = new ArrayList<>();

    Loop(LongArrayList naps, long napNanos) {
      this.naps = naps;
      this.napNanos = napNanos;
    }
  }

  private record Exit(int thread, long sequence) {}

  /** A join that found its thread exited: which one, and the instruction of the slice. */
  record Join(int thread, int offset) {}

  private final Long2ObjectOpenHashMap<Poll> bySequence = new Long2ObjectOpenHashMap<>();
  private final Long2ObjectOpenHashMap<List<Poll>> byLine = new Long2ObjectOpenHashMap<>();
  private final Long2ObjectOpenHashMap<Exit> exitsByLine = new Long2ObjectOpenHashMap<>();
  private final List<Loop> loops = new ArrayList<>();
  private final Long2LongOpenHashMap napOfReader = new Long2LongOpenHashMap();
  private final List<Long2ObjectOpenHashMap<Poll>> looks = new ArrayList<>();
  private final List<Long2ObjectOpenHashMap<List<Join>>> joins = new ArrayList<>();
  private final IntFunction<ThreadCursor> cursors;

  private MemoryOrder(IntFunction<ThreadCursor> cursors) {
    this.cursors = cursors;
  }

  /** Nothing waits through memory. */
  static MemoryOrder none() {
    return new MemoryOrder(thread -> null);
  }

  /**
   * Reads all records.
   *
   * @param joins whether to look for reads of thread words, where joins were not recorded as such
   */
  static MemoryOrder of(int threads, IntFunction<ThreadCursor> cursors, boolean joins) {
    MemoryOrder order = new MemoryOrder(cursors);
    for (int t = 0; t < threads; t++) {
      order.findPolls(t, joins);
    }
    for (int t = 0; t < threads; t++) {
      order.joins.add(new Long2ObjectOpenHashMap<>());
      order.findWrites(t);
    }
    order.loops.forEach(order::choose);
    order.byLine.clear();
    for (int t = 0; t < threads; t++) {
      order.looks.add(new Long2ObjectOpenHashMap<>());
      order.findLooks(t);
    }
    if (!order.byLine.isEmpty()) {
      for (int t = 0; t < threads; t++) {
        order.findWrites(t);
      }
    }
    order.looks.forEach(all -> all.values().removeIf(look -> look.writer < 0));
    return order;
  }

  /** The loop to which a sleep belongs, by its place in the recorded order; null for others. */
  Poll poll(long sequence) {
    return bySequence.get(sequence);
  }

  /** The look in the slice of a thread that begins here, or null. */
  Poll look(int thread, long instructions) {
    if (thread >= looks.size() || looks.get(thread).isEmpty()) {
      return null;
    }
    return looks.get(thread).get(instructions);
  }

  /** The threads whose exits the slice of a thread that begins here waits for. */
  List<Join> joins(int thread, long instructions) {
    if (thread >= joins.size() || joins.get(thread).isEmpty()) {
      return List.of();
    }
    return joins.get(thread).getOrDefault(instructions, List.of());
  }

  /** What a thread read first on each page of a slice: the code address and the lines. */
  private static final class Slice {
    final Long2ObjectOpenHashMap<long[]> reads = new Long2ObjectOpenHashMap<>();

    void clear() {
      reads.clear();
    }

    void add(ThreadCursor visit) {
      boolean updates = visit.writes() > 0 && visit.writeIp() == visit.readIp();
      if (visit.reads() > 0 && !updates) {
        // A loop that only updates a word reads it as often as it writes it.
        long looks = visit.reads() > visit.writes() ? 1 : 0;
        long[] read = {visit.readIp(), visit.readLines(), visit.writeLines(), looks};
        reads.put(visit.page(), read);
      }
    }

    /**
     * The lines that both slices read first of a page, in one loop, each with the addresses of the
     * two reads.
     */
    Long2ObjectOpenHashMap<long[]> polledLines(Slice next, long stackPage) {
      Long2ObjectOpenHashMap<long[]> found = new Long2ObjectOpenHashMap<>();
      for (var entry : reads.long2ObjectEntrySet()) {
        long[] before = entry.getValue();
        long[] after = next.reads.get(entry.getLongKey());
        boolean same = after != null && Math.abs(after[0] - before[0]) < LOOP_BYTES;
        long lines = same && before[3] > 0 ? before[1] & after[1] : 0;
        if (lines != 0 && Math.abs(entry.getLongKey() - stackPage) > 1) {
          long line = (entry.getLongKey() << PAGE_LINE_SHIFT) + Long.numberOfTrailingZeros(lines);
          found.put(line, new long[] {before[0], after[0]});
        }
      }
      return found;
    }
  }

  private void findPolls(int thread, boolean joins) {
    ThreadCursor cursor = cursors.apply(thread);
    Slice before = new Slice();
    Slice after = new Slice();
    List<Long> naps = new ArrayList<>();
    Long2ObjectOpenHashMap<long[]> lines = new Long2ObjectOpenHashMap<>();
    long beforeLoop = NO_SEQUENCE;
    long napIp = 0;
    long napStack = 0;
    long napNanos = 0;
    long nap = NO_SEQUENCE;
    long previous = NO_SEQUENCE;
    boolean more = true;
    while (more) {
      more = cursor.next();
      boolean event = more && cursor.isEvent();
      if (more && !event) {
        if ((cursor.flags() & VisitFlags.KERNEL) == 0) {
          after.add(cursor);
        }
        continue;
      }
      if (event && cursor.kind() == EventKind.THREAD_START && joins && cursor.object() != 0) {
        exitsByLine.put(cursor.object() >>> LINE_SHIFT, new Exit(thread, Long.MAX_VALUE));
      }
      if (event && !endsSlice(cursor.kind())) {
        continue;
      }
      // The slice behind the last nap is complete: did it look at what the slice before looked at?
      if (nap != NO_SEQUENCE) {
        Long2ObjectOpenHashMap<long[]> polled = before.polledLines(after, napStack >>> 12);
        if (!naps.isEmpty()) {
          polled.keySet().retainAll(lines.keySet());
        }
        if (!polled.isEmpty()) {
          lines = polled;
          naps.add(nap);
        }
      }
      boolean again =
          event
              && cursor.kind() == EventKind.SYSCALL
              && SystemCalls.isSleep(cursor.code())
              && cursor.nanos() > 0;
      boolean wrote = !naps.isEmpty() && writesAny(after, lines);
      if (!naps.isEmpty() && (!again || wrote || cursor.ip() != napIp)) {
        add(thread, lines, beforeLoop, naps, napNanos);
        naps.clear();
      }
      if (naps.isEmpty()) {
        beforeLoop = previous;
      } else {
        beforeLoop = naps.get(naps.size() - 1);
      }
      nap = again ? cursor.sequence() : NO_SEQUENCE;
      if (event) {
        napIp = cursor.ip();
        napNanos = cursor.nanos();
        napStack = cursor.argument(0);
        previous = cursor.sequence();
        if (cursor.kind() == EventKind.THREAD_EXIT && joins) {
          exits(thread, cursor.sequence());
        }
      }
      Slice complete = after;
      after = before;
      before = complete;
      after.clear();
    }
  }

  private static boolean endsSlice(EventKind kind) {
    return kind != EventKind.ATOMIC
        && kind != EventKind.SPIN
        && kind != EventKind.HEAP_ALLOC
        && kind != EventKind.HEAP_FREE
        && kind != EventKind.SLICE;
  }

  private static boolean writesAny(Slice slice, Long2ObjectOpenHashMap<long[]> lines) {
    for (long line : lines.keySet()) {
      long[] visit = slice.reads.get(line >>> PAGE_LINE_SHIFT);
      if (visit != null && (visit[2] & (1L << (line & 63))) != 0) {
        return true;
      }
    }
    return false;
  }

  private void exits(int thread, long sequence) {
    for (var entry : exitsByLine.long2ObjectEntrySet()) {
      if (entry.getValue().thread() == thread) {
        entry.setValue(new Exit(thread, sequence));
      }
    }
  }

  private void add(
      int thread,
      Long2ObjectOpenHashMap<long[]> lines,
      long before,
      List<Long> naps,
      long napNanos) {
    long last = naps.get(naps.size() - 1);
    long from = naps.size() > 1 ? naps.get(naps.size() - 2) : before;
    Loop loop = new Loop(new LongArrayList(naps), napNanos);
    lines.forEach(
        (line, readers) -> {
          Poll poll = new Poll(thread, line, from, last);
          loop.candidates.add(new Candidate(poll, readers));
          byLine.computeIfAbsent(line, key -> new ArrayList<>(1)).add(poll);
        });
    loops.add(loop);
  }

  /** A loop around sleeps waits for that of the lines it looks at which was written last. */
  private void choose(Loop loop) {
    Candidate chosen = null;
    for (Candidate candidate : loop.candidates) {
      Poll poll = candidate.poll();
      Poll best = chosen == null ? null : chosen.poll();
      if (poll.writer >= 0
          && (best == null
              || poll.writeAfter > best.writeAfter
              || (poll.writeAfter == best.writeAfter && poll.line < best.line))) {
        chosen = candidate;
      }
    }
    if (chosen != null) {
      for (long nap : loop.naps) {
        bySequence.put(nap, chosen.poll());
      }
      for (long reader : chosen.readers()) {
        napOfReader.put(reader, loop.napNanos);
      }
    }
  }

  /** Reads by an instruction that polls elsewhere, behind no sleep of its loop. */
  private void findLooks(int thread) {
    if (napOfReader.isEmpty()) {
      return;
    }
    ThreadCursor cursor = cursors.apply(thread);
    List<long[]> pending = new ArrayList<>();
    boolean polling = false;
    long previous = NO_SEQUENCE;
    boolean more = true;
    while (more) {
      more = cursor.next();
      if (more && !cursor.isEvent()) {
        if (!polling
            && (cursor.flags() & VisitFlags.KERNEL) == 0
            && cursor.firstRead() >= 0
            && cursor.readLines() != 0
            && (cursor.firstWrite() < 0 || cursor.firstWrite() > cursor.firstRead())
            && napOfReader.containsKey(cursor.readIp())) {
          long line =
              (cursor.page() << PAGE_LINE_SHIFT) + Long.numberOfTrailingZeros(cursor.readLines());
          long nap = napOfReader.get(cursor.readIp());
          pending.add(new long[] {cursor.instructions(), line, cursor.firstRead(), nap});
        }
      } else if (!more || endsSlice(cursor.kind())) {
        long next = more ? cursor.sequence() : Long.MAX_VALUE;
        for (long[] read : pending) {
          Poll look = Poll.passed(thread, read[1], (int) read[2], read[3], previous, next);
          if (looks.get(thread).putIfAbsent(read[0], look) == null) {
            byLine.computeIfAbsent(look.line, key -> new ArrayList<>(1)).add(look);
          }
        }
        pending.clear();
        previous = next;
        polling = more && bySequence.containsKey(cursor.sequence());
      }
    }
  }

  private void findWrites(int thread) {
    if (byLine.isEmpty() && exitsByLine.isEmpty()) {
      return;
    }
    LongOpenHashSet pages = new LongOpenHashSet();
    byLine.keySet().forEach(line -> pages.add(line >>> PAGE_LINE_SHIFT));
    exitsByLine.keySet().forEach(line -> pages.add(line >>> PAGE_LINE_SHIFT));
    ThreadCursor cursor = cursors.apply(thread);
    List<long[]> pending = new ArrayList<>();
    long after = NO_SEQUENCE;
    while (cursor.next()) {
      if (cursor.isEvent()) {
        if (endsSlice(cursor.kind())) {
          tell(thread, pending, after, cursor.sequence());
          after = cursor.sequence();
        }
      } else if (pages.contains(cursor.page())) {
        if (cursor.writes() > 0) {
          long at = cursor.instructions() + Math.max(0, cursor.firstWrite());
          pending.add(new long[] {cursor.page(), cursor.writeLines(), at});
        }
        awaitExits(thread, cursor, after);
      }
    }
    tell(thread, pending, after, Long.MAX_VALUE);
  }

  private void tell(int thread, List<long[]> pending, long after, long until) {
    for (long[] write : pending) {
      for (long lines = write[1]; lines != 0; lines &= lines - 1) {
        long line = (write[0] << PAGE_LINE_SHIFT) + Long.numberOfTrailingZeros(lines);
        for (Poll poll : byLine.getOrDefault(line, List.of())) {
          poll.offer(thread, write[2], after, until);
        }
      }
    }
    pending.clear();
  }

  private void awaitExits(int thread, ThreadCursor visit, long after) {
    for (long lines = visit.readLines(); lines != 0; lines &= lines - 1) {
      long line = (visit.page() << PAGE_LINE_SHIFT) + Long.numberOfTrailingZeros(lines);
      Exit exit = exitsByLine.get(line);
      if (exit != null && exit.thread() != thread && exit.sequence() < after) {
        joins
            .get(thread)
            .computeIfAbsent(visit.instructions(), start -> new ArrayList<>(1))
            .add(new Join(exit.thread(), Math.max(0, visit.firstRead())));
      }
    }
  }
}
