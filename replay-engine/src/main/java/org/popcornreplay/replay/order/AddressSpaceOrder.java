package org.popcornreplay.replay.order;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.traces.ThreadCursor;

/**
 * The recorded order of calls that change the address space, where ranges of different threads
 * overlap. The kernel of the recording chose the addresses: what one thread maps where another has
 * unmapped must stay after that, whoever is faster in the replay.
 */
public final class AddressSpaceOrder {
  private static final int MMAP = 9;
  private static final int MPROTECT = 10;
  private static final int MUNMAP = 11;
  private static final int MREMAP = 25;
  private static final int BRK = 12;
  private static final int LARGEST_ERRNO = 4095;
  private static final long PAGE_MASK = -4096;
  private static final int PROTECTION = 7;

  /** All calls of brk touch this range: each says where the heap ends. */
  private static final long HEAP = 0;

  private record Call(long sequence, int thread, long start, long end) {}

  private record Last(long end, long sequence, int thread) {}

  private final List<Call> calls = new ArrayList<>();
  private final List<Mappings.Call> effects = new ArrayList<>();
  private Mappings mappings = new Mappings(List.of());
  private final Long2IntOpenHashMap predecessors = new Long2IntOpenHashMap();
  private final Long2ObjectOpenHashMap<LongArrayList> followers = new Long2ObjectOpenHashMap<>();

  /** Takes an event that changed the address space. */
  public void add(int thread, ThreadCursor cursor) {
    long result = cursor.result();
    if (result < 0 && result >= -LARGEST_ERRNO) {
      return;
    }
    long sequence = cursor.sequence();
    addEffect(thread, cursor);
    switch (cursor.code()) {
      case MMAP -> add(sequence, thread, result, cursor.argument(1));
      case BRK -> calls.add(new Call(sequence, thread, HEAP, HEAP + 1));
      case MREMAP -> {
        add(sequence, thread, cursor.argument(0), cursor.argument(1));
        add(sequence, thread, result, cursor.argument(2));
      }
      default -> add(sequence, thread, cursor.argument(0), cursor.argument(1));
    }
  }

  private void addEffect(int thread, ThreadCursor cursor) {
    long sequence = cursor.sequence();
    long start = cursor.argument(0);
    long bytes = cursor.argument(1);
    boolean withRights = (cursor.argument(2) & PROTECTION) != 0;
    switch (cursor.code()) {
      case MMAP -> {
        Mappings.Effect effect = withRights ? Mappings.Effect.GIVES : Mappings.Effect.RESERVES;
        effect(sequence, thread, cursor.result(), bytes, effect, true);
      }
      case MPROTECT -> {
        Mappings.Effect effect = withRights ? Mappings.Effect.GIVES : Mappings.Effect.TAKES;
        effect(sequence, thread, start, bytes, effect, false);
      }
      case MUNMAP -> effect(sequence, thread, start, bytes, Mappings.Effect.TAKES, false);
      case MREMAP -> {
        long wanted = cursor.argument(2);
        effect(sequence, thread, start, bytes, Mappings.Effect.TAKES, false);
        effect(sequence, thread, cursor.result(), wanted, Mappings.Effect.GIVES, true);
      }
      default -> {}
    }
  }

  private void effect(
      long sequence, int thread, long start, long bytes, Mappings.Effect effect, boolean maps) {
    long end = endOf(start, bytes);
    if (bytes > 0 && end > start) {
      effects.add(new Mappings.Call(sequence, thread, start & PAGE_MASK, end, effect, maps));
    }
  }

  private static long endOf(long start, long bytes) {
    return (start + Math.max(1, bytes) - 1 | ~PAGE_MASK) + 1;
  }

  private void add(long sequence, int thread, long start, long bytes) {
    long end = endOf(start, bytes);
    if (bytes >= 0 && end > start) {
      calls.add(new Call(sequence, thread, start & PAGE_MASK, end));
    }
  }

  /** All events are taken: finds out which of them have to wait for which. */
  public void complete() {
    calls.sort(Comparator.comparingLong(Call::sequence));
    TreeMap<Long, Last> last = new TreeMap<>();
    Long2LongOpenHashMap told = new Long2LongOpenHashMap();
    for (Call call : calls) {
      Map.Entry<Long, Last> at = last.floorEntry(call.start);
      if (at == null || at.getValue().end <= call.start) {
        at = last.higherEntry(call.start);
      }
      while (at != null && at.getKey() < call.end) {
        long start = at.getKey();
        Last before = at.getValue();
        if (before.thread != call.thread
            && told.put(before.sequence, call.sequence) != call.sequence) {
          predecessors.addTo(call.sequence, 1);
          followers.computeIfAbsent(before.sequence, s -> new LongArrayList()).add(call.sequence);
        }
        last.remove(start);
        if (start < call.start) {
          last.put(start, new Last(call.start, before.sequence, before.thread));
        }
        if (before.end > call.end) {
          last.put(call.end, before);
        }
        at = last.higherEntry(start);
      }
      last.put(call.start, new Last(call.end, call.sequence, call.thread));
    }
    calls.clear();
    effects.sort(Comparator.comparingLong(Mappings.Call::sequence));
    mappings = new Mappings(effects);
    effects.clear();
  }

  /** The order in one run, in which nothing has happened yet. */
  public Run begin() {
    return new Run(predecessors.clone(), followers, mappings.begin());
  }

  /** What of the order a run has still before it. */
  public static final class Run implements TurnQueue {
    private final Long2IntOpenHashMap left;
    private final Long2ObjectOpenHashMap<LongArrayList> followers;
    private final Long2ObjectOpenHashMap<RecordedOrder.Waiter> waiters =
        new Long2ObjectOpenHashMap<>();

    private final Mappings.Run mappings;

    private Run(
        Long2IntOpenHashMap predecessors,
        Long2ObjectOpenHashMap<LongArrayList> followers,
        Mappings.Run mappings) {
      this.left = predecessors;
      this.followers = followers;
      this.mappings = mappings;
    }

    /** What the calls have made of each address so far. */
    public Mappings.Run mappings() {
      return mappings;
    }

    /** Whether all calls that this one has to follow have been made. */
    public boolean mayExecute(long sequence) {
      return left.get(sequence) == 0;
    }

    /** Tells the waiter once {@link #mayExecute} holds. */
    public void await(long sequence, RecordedOrder.Waiter waiter) {
      waiters.put(sequence, waiter);
    }

    /** The call has been made. */
    public void executed(long sequence) {
      mappings.executed(sequence);
      LongArrayList after = followers.get(sequence);
      for (int i = 0; after != null && i < after.size(); i++) {
        long follower = after.getLong(i);
        if (left.containsKey(follower) && left.addTo(follower, -1) == 1) {
          release(follower);
        }
      }
    }

    private void release(long sequence) {
      RecordedOrder.Waiter waiter = waiters.remove(sequence);
      if (waiter != null) {
        waiter.turnHasCome();
      }
    }

    /** The earliest call that waits or is waited for, or {@link Long#MAX_VALUE}. */
    @Override
    public long earliestWaiting() {
      long earliest = mappings.earliestAwaited();
      for (long sequence : waiters.keySet()) {
        earliest = Math.min(earliest, sequence);
      }
      return earliest;
    }

    /** Lets a call that waits be made before its turn, and accesses not wait for it. */
    @Override
    public void letGo(long sequence) {
      left.remove(sequence);
      release(sequence);
      mappings.giveUp(sequence);
    }
  }
}
