package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.ints.Int2LongOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.function.IntFunction;
import org.popcornreplay.replay.order.AddressSpaceOrder;
import org.popcornreplay.replay.order.RecordedOrder;
import org.popcornreplay.replay.order.SpinWaits;
import org.popcornreplay.traces.SyncFunction;
import org.popcornreplay.traces.ThreadCursor;

/**
 * What a first look at the events tells about the synchronisation objects: which mutexes guard a
 * condition, and how many threads meet at a barrier whose initialisation was not recorded.
 *
 * <p>A mutex that was ever given to a condition wait keeps its recorded order of acquisition in
 * every replay: whether a thread has to wait for the condition depends on what others did before
 * under that mutex, which a trace does not tell for another order.
 */
public final class SyncCensus {
  private final LongOpenHashSet conditionMutexes = new LongOpenHashSet();
  private final Long2ObjectOpenHashMap<IntOpenHashSet> barrierThreads =
      new Long2ObjectOpenHashMap<>();
  private final AddressSpaceOrder addressSpaceOrder = new AddressSpaceOrder();
  private final GuardedAtomics guardedAtomics = new GuardedAtomics();
  private final LongOpenHashSet unordered = new LongOpenHashSet();
  private final Int2LongOpenHashMap exitWords = new Int2LongOpenHashMap();
  private final Int2LongOpenHashMap unfinished = new Int2LongOpenHashMap();
  private final Int2LongOpenHashMap exits = new Int2LongOpenHashMap();
  private UnnamedBarriers unnamedBarriers = UnnamedBarriers.none();
  private UnnamedMutexes unnamedMutexes = UnnamedMutexes.none();
  private SpinWaits spinWaits = new SpinWaits(0);
  private int depth;
  private boolean joins;
  private boolean functions;
  private boolean sleeps;

  /** Reads the events of all threads. */
  public static SyncCensus of(int threads, IntFunction<ThreadCursor> events) {
    SyncCensus census = new SyncCensus();
    census.spinWaits = new SpinWaits(threads);
    for (int t = 0; t < threads; t++) {
      ThreadCursor cursor = events.apply(t);
      census.guardedAtomics.nextThread();
      census.depth = 0;
      while (cursor.next()) {
        if (cursor.isEvent()) {
          census.take(t, cursor);
        }
      }
    }
    census.addressSpaceOrder.complete();
    census.spinWaits.complete();
    if (!census.functions && threads > 1) {
      census.findUnnamed(threads, events);
    }
    return census;
  }

  private void findUnnamed(int threads, IntFunction<ThreadCursor> events) {
    // A thread that polls may look at what another writes under a mutex: then all keep their order.
    UnnamedMutexes mutexes = sleeps ? UnnamedMutexes.none() : UnnamedMutexes.of(threads, events);
    unnamedBarriers = UnnamedBarriers.of(threads, events, mutexes.addresses());
    if (!unnamedBarriers.othersSleep()) {
      unnamedMutexes = mutexes;
      GuardedAtomics guarded = new GuardedAtomics();
      mutexes.findGuarded(threads, events, guarded);
      unordered.addAll(guarded.addresses());
      unordered.addAll(mutexes.addresses());
    }
  }

  private void take(int thread, ThreadCursor cursor) {
    switch (cursor.kind()) {
      case SYNC_ENTER -> {
        entered(thread, cursor);
        unfinished.put(thread, cursor.sequence());
        guardedAtomics.enter(cursor);
        depth += RecordedOrder.isDecided(cursor.code()) ? 1 : 0;
      }
      case SYNC_EXIT -> {
        unfinished.remove(thread);
        guardedAtomics.exit(cursor);
        depth -= depth > 0 && RecordedOrder.isDecided(cursor.code()) ? 1 : 0;
      }
      case SPIN -> {
        // What a function that is decided anew waits for is decided with it.
        if (depth == 0) {
          spinWaits.add(thread, cursor);
        }
      }
      case ATOMIC -> guardedAtomics.atomic(cursor.object());
      case SYSCALL -> sleeps |= SystemCalls.isSleep(cursor.code());
      case VMA -> addressSpaceOrder.add(thread, cursor);
      case THREAD_START -> exitWords.put(thread, cursor.object());
      case THREAD_EXIT -> exits.put(thread, cursor.sequence());
      default -> {}
    }
  }

  private void entered(int thread, ThreadCursor cursor) {
    functions = true;
    SyncFunction function = SyncFunction.ofCode(cursor.code());
    if (function == SyncFunction.COND_WAIT || function == SyncFunction.COND_TIMEDWAIT) {
      conditionMutexes.add(cursor.argument(0));
    } else if (function == SyncFunction.BARRIER_WAIT) {
      barrierThreads.computeIfAbsent(cursor.object(), k -> new IntOpenHashSet()).add(thread);
    } else if (function == SyncFunction.JOIN) {
      joins = true;
    }
  }

  /** Mutexes that were given to a condition wait. */
  public LongOpenHashSet conditionMutexes() {
    return conditionMutexes;
  }

  /**
   * Addresses of atomic operations that have no order of their own: one mutex always guards them,
   * or they are mutexes that are decided anew.
   */
  public LongOpenHashSet guardedAtomics() {
    LongOpenHashSet all = guardedAtomics.addresses();
    if (functions) {
      return all;
    }
    return unordered;
  }

  /** Whether the thread never came out of the function that it entered with this event. */
  boolean neverLeft(int thread, long sequence) {
    return unfinished.getOrDefault(thread, -1) == sequence;
  }

  /** The address of the word that the kernel clears at a thread's exit, or 0. */
  long exitWord(int thread) {
    return exitWords.get(thread);
  }

  /** Whether a thread had ended in the recording before this place in its order. */
  boolean hadEnded(int thread, long sequence) {
    return exits.getOrDefault(thread, Long.MAX_VALUE) < sequence;
  }

  /** Which changes of the address space have to follow which. */
  AddressSpaceOrder addressSpaceOrder() {
    return addressSpaceOrder;
  }

  /** Whether joins were recorded as such. */
  public boolean recordsJoins() {
    return joins;
  }

  /**
   * Where threads wait for each other through plain memory. Only a recording that sleeps, or whose
   * synchronisation functions were not seen (a static program), is worth reading for it.
   */
  MemoryOrder memoryOrder(int threads, IntFunction<ThreadCursor> cursors) {
    if (threads < 2 || (functions && !sleeps)) {
      return MemoryOrder.none();
    }
    return MemoryOrder.of(threads, cursors, !functions);
  }

  /** Where threads wait for another one's store by reading a line again and again. */
  SpinWaits spinWaits() {
    return spinWaits;
  }

  /** Barriers of a program whose functions were not seen. */
  UnnamedBarriers unnamedBarriers() {
    return unnamedBarriers;
  }

  /** Mutexes of a program whose functions were not seen. */
  UnnamedMutexes unnamedMutexes() {
    return unnamedMutexes;
  }

  int barrierThreads(long object) {
    if (unnamedBarriers.contains(object)) {
      return unnamedBarriers.count(object);
    }
    IntOpenHashSet set = barrierThreads.get(object);
    return set == null ? 1 : Math.max(1, set.size());
  }

  void heapEvent(int thread, ThreadCursor cursor) {}
}
