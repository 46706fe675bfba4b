package org.popcornreplay.protocol;

import it.unimi.dsi.fastutil.longs.Long2ObjectRBTreeMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

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
  int wake(FutexCall call, int byThread) {
    long address = call.address();
    ArrayDeque<FutexOperation> waiting = sleepers.get(address);
    if (waiting == null) {
      return 0;
    }
    List<FutexOperation> woken = new ArrayList<>();
    for (Iterator<FutexOperation> all = waiting.iterator();
        woken.size() < call.count() && all.hasNext(); ) {
      FutexOperation sleeper = all.next();
      if (call.isFor(sleeper.thread)) {
        all.remove();
        woken.add(sleeper);
      }
    }
    if (waiting.isEmpty()) {
      sleepers.remove(address);
    }
    for (FutexOperation sleeper : woken) {
      cluster.observer.futexWakes(sleeper.thread, byThread, address);
      sleeper.woken(Outcome.OK);
    }
    return woken.size();
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

  /** A wait of the thread ends for no reason. */
  boolean end(int thread) {
    return endFirst(sleeper -> sleeper.thread == thread, Outcome.OK);
  }

  /** Wakes what sleeps at the origin on behalf of a thread that is killed there. */
  void interrupt(int thread) {
    endFirst(
        sleeper -> sleeper.thread == thread && sleeper.runner == World.Runner.THREAD,
        Outcome.EINTR);
  }

  private boolean endFirst(Predicate<FutexOperation> wanted, int how) {
    for (ArrayDeque<FutexOperation> waiting : sleepers.values()) {
      for (FutexOperation sleeper : waiting) {
        if (wanted.test(sleeper)) {
          leave(sleeper);
          sleeper.woken(how);
          return true;
        }
      }
    }
    return false;
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
