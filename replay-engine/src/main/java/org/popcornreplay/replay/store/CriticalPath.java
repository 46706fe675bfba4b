package org.popcornreplay.replay.store;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.util.ArrayList;
import java.util.List;

/**
 * Remembers who woke whom, and at the end walks back from the thread that ended last: whenever that
 * thread had been waiting, the path goes on in the thread that woke it, at the moment of its call.
 * The stretches follow each other without a gap from the start of the run to its end.
 */
final class CriticalPath {
  private final List<Waits> waits = new ArrayList<>();
  private int wakes;

  /** The waits of one thread, in the order in which they ended. */
  private static final class Waits {
    final LongArrayList called = new LongArrayList();
    final LongArrayList woken = new LongArrayList();
    final IntArrayList by = new IntArrayList();
    final IntArrayList order = new IntArrayList();
    final List<String> reasons = new ArrayList<>();
  }

  /** A stretch of the path; it was entered because of {@code reason}. */
  record Stretch(int thread, long startNanos, long endNanos, String reason) {}

  void wake(int thread, int byThread, String reason, long calledNanos, long wokenNanos) {
    if (thread < 0 || byThread < 0 || thread == byThread || calledNanos > wokenNanos) {
      return;
    }
    while (waits.size() <= thread) {
      waits.add(new Waits());
    }
    Waits own = waits.get(thread);
    own.called.add(calledNanos);
    own.woken.add(wokenNanos);
    own.by.add(byThread);
    own.order.add(wakes++);
    own.reasons.add(reason);
  }

  /** The stretches from the end of {@code thread} at {@code endNanos} back to the start. */
  List<Stretch> from(int thread, long endNanos) {
    List<Stretch> path = new ArrayList<>();
    int current = thread;
    long end = endNanos;
    int before = Integer.MAX_VALUE;
    while (true) {
      Waits own = current < waits.size() ? waits.get(current) : new Waits();
      int last = own.woken.size() - 1;
      while (last >= 0 && (own.woken.getLong(last) > end || own.order.getInt(last) >= before)) {
        last--;
      }
      if (last < 0) {
        path.add(new Stretch(current, Math.min(0, end), end, "start"));
        return path;
      }
      path.add(new Stretch(current, own.called.getLong(last), end, own.reasons.get(last)));
      end = own.called.getLong(last);
      before = own.order.getInt(last);
      current = own.by.getInt(last);
    }
  }
}
