package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
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
 * had before the loop's end has happened in virtual time. A thread that reads the thread word of
 * one that had exited (pthread_join that found it so) waits for that exit.
 */
public final class MemoryOrder {
  private static final int LINE_SHIFT = 6;
  private static final int PAGE_LINE_SHIFT = 6;
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

    private void offer(int byThread, long instructions, long after, long until) {
      if (byThread != thread && until > before && after < last && after >= writeAfter) {
        writer = byThread;
        writerInstructions = instructions;
        writeAfter = after;
      }
    }
  }

  private record Exit(int thread, long sequence) {}

  private final Long2ObjectOpenHashMap<Poll> bySequence = new Long2ObjectOpenHashMap<>();
  private final Long2ObjectOpenHashMap<List<Poll>> byLine = new Long2ObjectOpenHashMap<>();
  private final Long2ObjectOpenHashMap<Exit> exitsByLine = new Long2ObjectOpenHashMap<>();
  private final List<Long2IntOpenHashMap> awaitedExits = new ArrayList<>();
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
      order.awaitedExits.add(new Long2IntOpenHashMap());
      order.findWrites(t);
    }
    order.bySequence.values().removeIf(poll -> poll.writer < 0);
    return order;
  }

  /** The loop to which a sleep belongs, by its place in the recorded order; null for others. */
  Poll poll(long sequence) {
    return bySequence.get(sequence);
  }

  /** The thread whose exit the slice of a thread that begins here waits for, or -1. */
  int exitBefore(int thread, long instructions) {
    if (thread >= awaitedExits.size() || awaitedExits.get(thread).isEmpty()) {
      return -1;
    }
    return awaitedExits.get(thread).getOrDefault(instructions, -1);
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
        reads.put(visit.page(), new long[] {visit.readIp(), visit.readLines(), visit.writeLines()});
      }
    }

    /** The line that both slices read first with one instruction of a page; -1 if there is none. */
    long polledLine(Slice next, long stackPage) {
      long found = -1;
      for (var entry : reads.long2ObjectEntrySet()) {
        long[] before = entry.getValue();
        long[] after = next.reads.get(entry.getLongKey());
        boolean same = after != null && after[0] == before[0];
        long lines = same ? before[1] & after[1] : 0;
        if (lines != 0 && Math.abs(entry.getLongKey() - stackPage) > 1) {
          long line = (entry.getLongKey() << PAGE_LINE_SHIFT) + Long.numberOfTrailingZeros(lines);
          found = found < 0 || line < found ? line : found;
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
    long line = -1;
    long beforeLoop = NO_SEQUENCE;
    long napIp = 0;
    long napStack = 0;
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
        long polled = before.polledLine(after, napStack >>> 12);
        if (polled >= 0 && (line < 0 || polled == line)) {
          line = polled;
          naps.add(nap);
        }
      }
      boolean again =
          event
              && cursor.kind() == EventKind.SYSCALL
              && SystemCalls.isSleep(cursor.code())
              && cursor.nanos() > 0;
      boolean wrote = line >= 0 && writes(after, line);
      if (!naps.isEmpty() && (!again || wrote || cursor.ip() != napIp)) {
        add(thread, line, beforeLoop, naps);
        naps.clear();
        line = -1;
      }
      if (naps.isEmpty()) {
        line = -1;
        beforeLoop = previous;
      } else {
        beforeLoop = naps.get(naps.size() - 1);
      }
      nap = again ? cursor.sequence() : NO_SEQUENCE;
      if (event) {
        napIp = cursor.ip();
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
        && kind != EventKind.HEAP_ALLOC
        && kind != EventKind.HEAP_FREE
        && kind != EventKind.SLICE;
  }

  private static boolean writes(Slice slice, long line) {
    long[] visit = slice.reads.get(line >>> PAGE_LINE_SHIFT);
    return visit != null && (visit[2] & (1L << (line & 63))) != 0;
  }

  private void exits(int thread, long sequence) {
    for (var entry : exitsByLine.long2ObjectEntrySet()) {
      if (entry.getValue().thread() == thread) {
        entry.setValue(new Exit(thread, sequence));
      }
    }
  }

  private void add(int thread, long line, long before, List<Long> naps) {
    long last = naps.get(naps.size() - 1);
    Poll poll = new Poll(thread, line, naps.size() > 1 ? naps.get(naps.size() - 2) : before, last);
    for (long nap : naps) {
      bySequence.put(nap, poll);
    }
    byLine.computeIfAbsent(line, key -> new ArrayList<>(1)).add(poll);
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
        awaitedExits.get(thread).putIfAbsent(visit.instructions(), exit.thread());
      }
    }
  }
}
