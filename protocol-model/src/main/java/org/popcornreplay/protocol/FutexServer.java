package org.popcornreplay.protocol;

import it.unimi.dsi.fastutil.longs.Long2ObjectRBTreeMap;
import java.util.ArrayDeque;

/** The futex queues of the process, all at the origin (kernel/futex.c). */
final class FutexServer {
  private final PopcornCluster cluster;
  private final Long2ObjectRBTreeMap<ArrayDeque<FutexOperation>> sleepers =
      new Long2ObjectRBTreeMap<>();

  FutexServer(PopcornCluster cluster) {
    this.cluster = cluster;
  }

  void queue(FutexOperation waiter) {
    sleepers.computeIfAbsent(waiter.call.address(), address -> new ArrayDeque<>()).add(waiter);
  }

  /** {@code futex_wake}: the longest sleepers first; the number woken. */
  int wake(long address, int count, int byThread) {
    ArrayDeque<FutexOperation> waiting = sleepers.get(address);
    int woken = 0;
    while (waiting != null && woken < count && !waiting.isEmpty()) {
      FutexOperation sleeper = waiting.remove();
      woken++;
      cluster.observer.futexWakes(sleeper.thread, byThread, address);
      sleeper.woken(Outcome.OK);
    }
    if (waiting != null && waiting.isEmpty()) {
      sleepers.remove(address);
    }
    return woken;
  }

  /** A sleeper gives up: its time is over, or a signal ends it. */
  boolean leave(FutexOperation sleeper) {
    ArrayDeque<FutexOperation> waiting = sleepers.get(sleeper.call.address());
    boolean left = waiting != null && waiting.remove(sleeper);
    if (left && waiting.isEmpty()) {
      sleepers.remove(sleeper.call.address());
    }
    return left;
  }

  /** Wakes what sleeps at the origin on behalf of a thread that is killed there. */
  void interrupt(int thread) {
    for (ArrayDeque<FutexOperation> waiting : sleepers.values()) {
      for (FutexOperation sleeper : waiting) {
        if (sleeper.thread == thread && sleeper.runner == World.Runner.THREAD) {
          leave(sleeper);
          sleeper.woken(Outcome.EINTR);
          return;
        }
      }
    }
  }

  void digest(Digest digest) {
    for (ArrayDeque<FutexOperation> waiting : sleepers.values()) {
      digest.add(waiting.size());
      for (FutexOperation sleeper : waiting) {
        sleeper.digest(digest);
      }
    }
  }
}
