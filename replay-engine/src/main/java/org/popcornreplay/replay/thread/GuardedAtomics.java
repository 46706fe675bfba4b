package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import org.popcornreplay.replay.order.RecordedOrder;
import org.popcornreplay.traces.SyncFunction;
import org.popcornreplay.traces.ThreadCursor;

/**
 * Atomic operations on an address that are only ever made while one and the same mutex is held: who
 * holds the mutex decides their order. To keep the recorded one as well would set the replay's
 * order of the mutex against it, and the holder would wait for a thread that waits for the mutex.
 */
final class GuardedAtomics {
  private static final LongArrayList NONE = new LongArrayList();

  private final LongArrayList held = new LongArrayList();
  private final Long2ObjectOpenHashMap<LongArrayList> guards = new Long2ObjectOpenHashMap<>();
  private int depth;

  /** Events of another thread follow. */
  void nextThread() {
    held.clear();
    depth = 0;
  }

  void enter(ThreadCursor cursor) {
    if (!RecordedOrder.isDecided(cursor.code())) {
      return;
    }
    depth++;
    SyncFunction function = SyncFunction.ofCode(cursor.code());
    if (function == SyncFunction.MUTEX_UNLOCK || function == SyncFunction.SPIN_UNLOCK) {
      held.rem(cursor.object());
    }
  }

  void exit(ThreadCursor cursor) {
    if (!RecordedOrder.isDecided(cursor.code())) {
      return;
    }
    depth = Math.max(0, depth - 1);
    SyncFunction function = SyncFunction.ofCode(cursor.code());
    boolean locks =
        function != null
            && switch (function) {
              case MUTEX_LOCK, MUTEX_TRYLOCK, MUTEX_TIMEDLOCK, SPIN_LOCK, SPIN_TRYLOCK -> true;
              default -> false;
            };
    if (locks && cursor.result() == 0) {
      held.add(cursor.object());
    }
  }

  /** The thread has this mutex from now on. */
  void locked(long mutex) {
    held.add(mutex);
  }

  /** The thread gives this mutex up. */
  void unlocked(long mutex) {
    held.rem(mutex);
  }

  /** An operation on this address, outside of synchronisation functions. */
  void atomic(long address) {
    if (depth > 0) {
      return;
    }
    LongArrayList common = guards.get(address);
    if (common == null) {
      guards.put(address, held.isEmpty() ? NONE : new LongArrayList(held));
    } else if (!common.isEmpty()) {
      common.retainAll(held);
    }
  }

  /** The addresses that are always guarded. */
  LongOpenHashSet addresses() {
    LongOpenHashSet all = new LongOpenHashSet();
    for (Long2ObjectMap.Entry<LongArrayList> entry : guards.long2ObjectEntrySet()) {
      if (!entry.getValue().isEmpty()) {
        all.add(entry.getLongKey());
      }
    }
    return all;
  }
}
