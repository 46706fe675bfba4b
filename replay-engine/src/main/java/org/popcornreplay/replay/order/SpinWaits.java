package org.popcornreplay.replay.order;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.traces.ThreadCursor;

/**
 * Where threads of the recording waited for another thread's store by reading a line again and
 * again ({@link org.popcornreplay.traces.EventKind#SPIN}): each wait has a number, from 0 on. Every
 * wait is for a store that the recording had before it, so waits alone cannot form a circle.
 */
public final class SpinWaits {
  private static final int LINE_BYTES = 64;

  private final int threads;
  private final LongArrayList sequence = new LongArrayList();
  private final LongArrayList line = new LongArrayList();
  private final LongArrayList ip = new LongArrayList();
  private final LongArrayList begin = new LongArrayList();
  private final LongArrayList end = new LongArrayList();
  private final LongArrayList store = new LongArrayList();
  private final IntArrayList thread = new IntArrayList();
  private final IntArrayList writer = new IntArrayList();
  private final List<IntArrayList> ofThread = new ArrayList<>();
  private final List<IntArrayList> storesOf = new ArrayList<>();

  /** Waits of a recording with so many threads. */
  public SpinWaits(int threads) {
    this.threads = threads;
  }

  /** Takes an event SPIN; those of a thread come in their order. */
  public void add(int ofThread, ThreadCursor event) {
    long from = event.argument(0);
    long until = event.argument(1);
    long by = event.argument(2);
    long at = event.argument(3);
    boolean makesSense =
        from >= 0 && from <= until && by >= 0 && by < threads && by != ofThread && at >= 0;
    if (!makesSense) {
      return;
    }
    int number = sequence.size();
    thread.add(ofThread);
    sequence.add(event.sequence());
    line.add(event.object() & -LINE_BYTES);
    ip.add(event.ip());
    begin.add(from);
    end.add(until);
    writer.add((int) by);
    store.add(at);
    listOf(this.ofThread, ofThread).add(number);
    listOf(storesOf, (int) by).add(number);
  }

  private static IntArrayList listOf(List<IntArrayList> lists, int thread) {
    while (lists.size() <= thread) {
      lists.add(new IntArrayList());
    }
    return lists.get(thread);
  }

  /** All are taken. */
  public void complete() {
    for (IntArrayList own : ofThread) {
      own.sort((a, b) -> compare(begin, a, b));
    }
    for (IntArrayList own : storesOf) {
      own.sort((a, b) -> compare(store, a, b));
    }
  }

  private static int compare(LongArrayList by, int a, int b) {
    int order = Long.compare(by.getLong(a), by.getLong(b));
    return order != 0 ? order : Integer.compare(a, b);
  }

  /** Waits of the recording. */
  public int size() {
    return sequence.size();
  }

  /** Whether a thread waits like this, or others wait for it. */
  public boolean concern(int number) {
    return of(ofThread, number) > 0 || of(storesOf, number) > 0;
  }

  private static int of(List<IntArrayList> lists, int number) {
    return number < lists.size() ? lists.get(number).size() : 0;
  }

  /** The thread that waits. */
  public int thread(int wait) {
    return thread.getInt(wait);
  }

  /** The event's place in the recorded order. */
  public long sequence(int wait) {
    return sequence.getLong(wait);
  }

  /** The address of the line that it reads. */
  public long line(int wait) {
    return line.getLong(wait);
  }

  /** The code address of the read. */
  public long ip(int wait) {
    return ip.getLong(wait);
  }

  /** Instructions of the thread before it begins to wait. */
  public long begin(int wait) {
    return begin.getLong(wait);
  }

  /** Instructions of the thread before the read that found the store. */
  public long end(int wait) {
    return end.getLong(wait);
  }

  /** The thread whose store ends it. */
  public int writer(int wait) {
    return writer.getInt(wait);
  }

  /** Instructions of that thread before its store. */
  public long store(int wait) {
    return store.getLong(wait);
  }

  /** How many waits a thread has. */
  public int waitsOf(int number) {
    return of(ofThread, number);
  }

  /** A thread's i-th wait. */
  public int waitOf(int number, int i) {
    return ofThread.get(number).getInt(i);
  }

  /** How many waits end with a store of a thread. */
  public int storesOf(int number) {
    return of(storesOf, number);
  }

  /** The wait that ends with the i-th of these stores of a thread. */
  public int endedBy(int number, int i) {
    return storesOf.get(number).getInt(i);
  }
}
