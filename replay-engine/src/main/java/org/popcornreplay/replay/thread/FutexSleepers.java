package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.List;

/**
 * Threads in futex waits of their own, by address, each with the place in recorded order at which
 * its wait ended. A wake is for the one whose wait ended first in the recording: what each does
 * then is recorded for it alone, and the kernel's queue may hold them in another order than in the
 * recording.
 */
final class FutexSleepers {
  /** Nobody sleeps. */
  static final int NOBODY = -1;

  private record Sleeper(int thread, long endSequence) {}

  private final Long2ObjectOpenHashMap<List<Sleeper>> byAddress = new Long2ObjectOpenHashMap<>();

  void begins(long address, int thread, long endSequence) {
    byAddress
        .computeIfAbsent(address, a -> new ArrayList<>(2))
        .add(new Sleeper(thread, endSequence));
  }

  void ends(long address, int thread) {
    List<Sleeper> sleepers = byAddress.get(address);
    if (sleepers != null) {
      sleepers.removeIf(sleeper -> sleeper.thread == thread);
      if (sleepers.isEmpty()) {
        byAddress.remove(address);
      }
    }
  }

  /**
   * Whose wait on the address ended first: it is being woken; {@link #NOBODY} where nobody waits.
   */
  int takeFirst(long address) {
    Sleeper first = earliest(byAddress.getOrDefault(address, List.of()));
    if (first == null) {
      return NOBODY;
    }
    ends(address, first.thread);
    return first.thread;
  }

  /** Whose wait on any address ended first. */
  int takeFirst() {
    Sleeper first = null;
    long of = 0;
    for (Long2ObjectMap.Entry<List<Sleeper>> entry : byAddress.long2ObjectEntrySet()) {
      Sleeper sleeper = earliest(entry.getValue());
      if (first == null || sleeper.endSequence < first.endSequence) {
        first = sleeper;
        of = entry.getLongKey();
      }
    }
    if (first == null) {
      return NOBODY;
    }
    ends(of, first.thread);
    return first.thread;
  }

  private static Sleeper earliest(List<Sleeper> sleepers) {
    Sleeper earliest = null;
    for (Sleeper sleeper : sleepers) {
      if (earliest == null || sleeper.endSequence < earliest.endSequence) {
        earliest = sleeper;
      }
    }
    return earliest;
  }
}
