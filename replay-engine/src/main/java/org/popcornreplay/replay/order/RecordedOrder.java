package org.popcornreplay.replay.order;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.SyncFunction;
import org.popcornreplay.traces.ThreadCursor;

/**
 * The recorded order of what threads do to one address: atomic operations outside synchronisation
 * functions, and acquisitions of locks that keep their order. Reads the events of all threads side
 * by side, no further than somebody asks, so that its memory is what the fastest thread is ahead of
 * the slowest.
 */
public final class RecordedOrder {
  /** Somebody whose turn has come. */
  @FunctionalInterface
  public interface Waiter {
    /** It may go on. */
    void turnHasCome();
  }

  private record Entry(long sequence, int thread) {}

  private static final class Line {
    final ArrayDeque<Entry> entries = new ArrayDeque<>();
    final Long2ObjectOpenHashMap<Waiter> waiters = new Long2ObjectOpenHashMap<>();
    final Long2ObjectOpenHashMap<Waiter> threadWaiters = new Long2ObjectOpenHashMap<>();
  }

  private static final class Source {
    final ThreadCursor cursor;
    final int thread;
    int depth;
    long sequence;

    Source(int thread, ThreadCursor cursor) {
      this.thread = thread;
      this.cursor = cursor;
    }
  }

  private final int threads;
  private final IntFunction<ThreadCursor> events;
  private final Long2ObjectOpenHashMap<Line> atomics = new Long2ObjectOpenHashMap<>();
  private final Long2ObjectOpenHashMap<Line> acquisitions = new Long2ObjectOpenHashMap<>();
  private final Long2LongOpenHashMap lastChange = new Long2LongOpenHashMap();
  private final LongOpenHashSet keptLocks;
  private final boolean keepAllLocks;
  private final LongOpenHashSet guardedAtomics;
  private PriorityQueue<Source> sources;
  private long frontier = -1;

  /**
   * The order of a recording.
   *
   * @param events the events of a thread, from the begin
   * @param keptLocks objects whose acquisitions keep their recorded order
   * @param keepAllLocks whether all do
   * @param guardedAtomics addresses whose operations a mutex puts in order, unless locks keep
   *     theirs
   */
  public RecordedOrder(
      int threads,
      IntFunction<ThreadCursor> events,
      LongOpenHashSet keptLocks,
      boolean keepAllLocks,
      LongOpenHashSet guardedAtomics) {
    this.threads = threads;
    this.events = events;
    this.keptLocks = keptLocks;
    this.keepAllLocks = keepAllLocks;
    this.guardedAtomics = keepAllLocks ? new LongOpenHashSet() : guardedAtomics;
    lastChange.defaultReturnValue(Long.MIN_VALUE);
  }

  private void open() {
    sources = new PriorityQueue<>((a, b) -> Long.compare(a.sequence, b.sequence));
    for (int t = 0; t < threads; t++) {
      Source source = new Source(t, events.apply(t));
      if (toNextEvent(source)) {
        sources.add(source);
      }
    }
  }

  private static boolean toNextEvent(Source source) {
    while (source.cursor.next()) {
      if (source.cursor.isEvent()) {
        source.sequence = source.cursor.sequence();
        return true;
      }
    }
    return false;
  }

  private boolean advanceOne() {
    if (sources == null) {
      open();
    }
    Source source = sources.poll();
    if (source == null) {
      frontier = Long.MAX_VALUE;
      return false;
    }
    frontier = source.sequence;
    take(source);
    if (toNextEvent(source)) {
      sources.add(source);
    }
    return true;
  }

  private void take(Source source) {
    ThreadCursor cursor = source.cursor;
    EventKind kind = cursor.kind();
    if (kind == EventKind.ATOMIC) {
      if (source.depth == 0 && !guardedAtomics.contains(cursor.object())) {
        line(atomics, cursor.object()).entries.add(new Entry(source.sequence, source.thread));
      }
    } else if (kind == EventKind.SYNC_ENTER && isDecided(cursor.code())) {
      source.depth++;
    } else if (kind == EventKind.SYNC_EXIT && isDecided(cursor.code())) {
      source.depth--;
      long lock = acquired(cursor);
      if (lock != 0 && keepsOrder(lock)) {
        line(acquisitions, lock).entries.add(new Entry(source.sequence, source.thread));
      }
    }
  }

  /** Whether a function is decided anew as a whole; the body of a once is not. */
  public static boolean isDecided(int code) {
    return code != SyncFunction.ONCE.code();
  }

  private static long acquired(ThreadCursor cursor) {
    SyncFunction function = SyncFunction.ofCode(cursor.code());
    if (function == null) {
      return 0;
    }
    return switch (function) {
      case MUTEX_LOCK,
          MUTEX_TRYLOCK,
          MUTEX_TIMEDLOCK,
          SEM_WAIT,
          SEM_TRYWAIT,
          SEM_TIMEDWAIT,
          RWLOCK_RDLOCK,
          RWLOCK_WRLOCK,
          RWLOCK_TRYRDLOCK,
          RWLOCK_TRYWRLOCK,
          SPIN_LOCK,
          SPIN_TRYLOCK ->
          cursor.result() == 0 ? cursor.object() : 0;
      case COND_WAIT, COND_TIMEDWAIT -> cursor.argument(0);
      default -> 0;
    };
  }

  /** Whether everything keeps its recorded order. */
  public boolean keepsAll() {
    return keepAllLocks;
  }

  /** Whether acquisitions of an object keep their recorded order. */
  public boolean keepsOrder(long object) {
    return keepAllLocks || keptLocks.contains(object);
  }

  private static Line line(Long2ObjectOpenHashMap<Line> lines, long address) {
    Line line = lines.get(address);
    if (line == null) {
      line = new Line();
      lines.put(address, line);
    }
    return line;
  }

  /** Whether all atomic operations on the address before this one have happened. */
  public boolean mayExecute(long address, long sequence) {
    boolean more = true;
    while (more && frontier < sequence) {
      more = advanceOne();
    }
    Entry first = line(atomics, address).entries.peek();
    return first == null || first.sequence() >= sequence;
  }

  /** Tells the waiter once {@link #mayExecute} holds. */
  public void await(long address, long sequence, Waiter waiter) {
    line(atomics, address).waiters.put(sequence, waiter);
  }

  /** The thread whose atomic operation on the address is the next one, or -1. */
  public int nextThread(long address) {
    Line line = atomics.get(address);
    Entry first = line == null ? null : line.entries.peek();
    return first == null ? -1 : first.thread();
  }

  /** An atomic operation has happened. */
  public void executed(long address, long sequence) {
    changed(address, sequence);
    Line line = line(atomics, address);
    Entry first = line.entries.peek();
    if (first != null && first.sequence() == sequence) {
      line.entries.poll();
    }
    Entry next = line.entries.peek();
    if (next != null && !line.waiters.isEmpty()) {
      Waiter waiter = line.waiters.remove(next.sequence());
      if (waiter != null) {
        waiter.turnHasCome();
      }
    }
  }

  /** The value at the address changed, or its sleepers were woken, in this event. */
  public void changed(long address, long sequence) {
    if (lastChange.get(address) < sequence) {
      lastChange.put(address, sequence);
    }
  }

  /** Whether something after this event of the recorded order has happened to the address. */
  public boolean changedSince(long address, long sequence) {
    return lastChange.get(address) > sequence;
  }

  /** Whether the thread is the next one to acquire the object in recorded order. */
  public boolean mayAcquire(int thread, long object) {
    Line line = line(acquisitions, object);
    boolean more = true;
    while (more && line.entries.isEmpty()) {
      more = advanceOne();
    }
    Entry first = line.entries.peek();
    return first == null || first.thread() == thread;
  }

  /**
   * Which of some threads acquires the object next in recorded order.
   *
   * @return its number, or -1 where none ever does
   */
  public int firstToAcquire(long object, IntPredicate candidate) {
    Line line = line(acquisitions, object);
    for (Entry entry : line.entries) {
      if (candidate.test(entry.thread())) {
        return entry.thread();
      }
    }
    while (advanceOne()) {
      Entry taken = line.entries.peekLast();
      if (taken != null && taken.sequence() == frontier && candidate.test(taken.thread())) {
        return taken.thread();
      }
    }
    return -1;
  }

  /** The place in recorded order at which the thread acquires the object next; -1 where never. */
  public long nextAcquisition(int thread, long object) {
    Entry entry = firstOf(line(acquisitions, object), thread);
    return entry == null ? -1 : entry.sequence();
  }

  /** Tells the waiter once {@link #mayAcquire} holds. */
  public void awaitAcquire(int thread, long object, Waiter waiter) {
    line(acquisitions, object).threadWaiters.put(thread, waiter);
  }

  /** The thread has acquired the object. */
  public void acquired(int thread, long object) {
    Line line = line(acquisitions, object);
    Entry first = line.entries.peek();
    if (first != null && first.thread() == thread) {
      line.entries.poll();
    }
    boolean more = !line.threadWaiters.isEmpty();
    while (more && line.entries.isEmpty()) {
      more = advanceOne();
    }
    Entry next = line.entries.peek();
    if (next == null) {
      return;
    }
    Waiter waiter = line.threadWaiters.remove(next.thread());
    if (waiter != null) {
      waiter.turnHasCome();
    }
  }

  // ---- Out of order, where nothing else can go on.

  private Entry firstOf(Line line, int thread) {
    do {
      for (Entry entry : line.entries) {
        if (entry.thread() == thread) {
          return entry;
        }
      }
    } while (advanceOne());
    return null;
  }

  private static void toFront(Line line, long sequence) {
    for (Entry entry : line.entries) {
      if (entry.sequence() == sequence) {
        line.entries.remove(entry);
        line.entries.addFirst(entry);
        return;
      }
    }
  }

  /**
   * Lets the earliest recorded of all operations that wait for their turn go on.
   *
   * @param others more that may wait
   * @return false where nothing waits
   */
  public boolean letGoEarliest(TurnQueue... others) {
    long earliest = Long.MAX_VALUE;
    TurnQueue other = null;
    for (TurnQueue queue : others) {
      if (queue.earliestWaiting() < earliest) {
        earliest = queue.earliestWaiting();
        other = queue;
      }
    }
    Line of = null;
    long key = -1;
    boolean acquires = false;
    for (Line line : atomics.values()) {
      for (long sequence : line.waiters.keySet()) {
        if (sequence < earliest) {
          earliest = sequence;
          of = line;
          key = sequence;
          acquires = false;
        }
      }
    }
    for (Line line : acquisitions.values()) {
      for (long thread : line.threadWaiters.keySet()) {
        Entry entry = firstOf(line, (int) thread);
        if (entry != null && entry.sequence() < earliest) {
          earliest = entry.sequence();
          of = line;
          key = thread;
          acquires = true;
        }
      }
    }
    if (earliest == Long.MAX_VALUE) {
      return false;
    }
    if (of == null) {
      other.letGo(earliest);
      return true;
    }
    toFront(of, earliest);
    Waiter waiter = acquires ? of.threadWaiters.remove(key) : of.waiters.remove(key);
    waiter.turnHasCome();
    return true;
  }
}
