package org.popcornreplay.replay.order;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.popcornreplay.replay.heap.RangeIndex;

/**
 * What the calls of all threads have made of an address so far. A thread of the replay may come to
 * an address before the thread that maps it, or after one that unmaps it, where the recording had
 * it the other way round and nothing but memory told them so (glibc's lists of arenas and of
 * stacks): it waits for the mapping, and an access that comes too late is in vain.
 */
public final class Mappings {
  /** The access goes on. */
  public static final long GOES_ON = -1;

  /** The access does not happen: what it was for is gone. */
  public static final long IN_VAIN = -2;

  /** What a call does to the addresses of its range. */
  enum Effect {
    /** They can be used. */
    GIVES,
    /** They are taken, without any right. */
    RESERVES,
    /** They are no more. */
    TAKES
  }

  /**
   * A call on a range.
   *
   * @param maps whether nothing need have been there before
   */
  record Call(long sequence, int thread, long start, long end, Effect effect, boolean maps) {}

  private final List<Call> calls;
  private final RangeIndex index;

  /** What these calls do, which are sorted by their place in the recorded order. */
  Mappings(List<Call> inOrder) {
    boolean several = inOrder.stream().mapToInt(Call::thread).distinct().limit(2).count() > 1;
    calls = new ArrayList<>(several ? inOrder : List.of());
    calls.sort(Comparator.comparingLong(Call::start));
    index =
        new RangeIndex(
            calls.stream().mapToLong(Call::start).toArray(),
            calls.stream().mapToLong(Call::end).toArray());
  }

  /** In one run, in which nothing has happened yet. */
  Run begin() {
    Long2ObjectOpenHashMap<List<Call>> bySequence = new Long2ObjectOpenHashMap<>();
    calls.forEach(
        call -> bySequence.computeIfAbsent(call.sequence, s -> new ArrayList<>(1)).add(call));
    return new Run(bySequence);
  }

  /** The first call on the address after this place in the recorded order, or null. */
  private Call next(long address, long after) {
    return choose(
        address,
        (call, best) -> call.sequence > after && (best == null || call.sequence < best.sequence));
  }

  /** The last call on the address up to this place in the recorded order, or null. */
  private Call latest(long address, long upTo) {
    return choose(
        address,
        (call, best) -> call.sequence <= upTo && (best == null || call.sequence > best.sequence));
  }

  private Call choose(long address, BiPredicate<Call, Call> isBetter) {
    Call[] best = new Call[1];
    index.overlapping(
        address,
        address + 1,
        i -> {
          if (isBetter.test(calls.get(i), best[0])) {
            best[0] = calls.get(i);
          }
        });
    return best[0];
  }

  /** What has been called so far in a run. */
  public final class Run {
    private record State(long end, Call call) {}

    private final Long2ObjectOpenHashMap<List<Call>> bySequence;
    private final TreeMap<Long, State> states = new TreeMap<>();
    private final Long2ObjectOpenHashMap<List<RecordedOrder.Waiter>> waiters =
        new Long2ObjectOpenHashMap<>();
    private final LongOpenHashSet givenUp = new LongOpenHashSet();

    private Run(Long2ObjectOpenHashMap<List<Call>> bySequence) {
      this.bySequence = bySequence;
    }

    /**
     * What becomes of an access.
     *
     * @param lastSequence the last place in the recorded order that the thread has passed
     * @return {@link #GOES_ON}, {@link #IN_VAIN}, or the call that has to come first
     */
    public long before(int thread, long lastSequence, long address) {
      if (calls.isEmpty()) {
        return GOES_ON;
      }
      Map.Entry<Long, State> at = states.floorEntry(address);
      Call last = at == null || at.getValue().end <= address ? null : at.getValue().call;
      if (last != null && last.effect == Effect.GIVES) {
        return GOES_ON;
      }
      if (last != null
          && last.effect == Effect.TAKES
          && last.thread != thread
          && last.sequence > lastSequence) {
        return IN_VAIN;
      }
      long done = last == null ? -1 : last.sequence;
      Call recorded = latest(address, lastSequence);
      if (recorded != null && recorded.effect == Effect.GIVES && recorded.sequence > done) {
        return awaited(thread, recorded);
      }
      Call next = next(address, done);
      boolean comes = next != null && (next.maps || (last != null && next.effect == Effect.GIVES));
      return comes ? awaited(thread, next) : GOES_ON;
    }

    /** What was waited for in vain, as it waits itself for what this thread does, is not there. */
    private long awaited(int thread, Call call) {
      if (call.thread == thread) {
        return GOES_ON;
      }
      return givenUp.contains(call.sequence) ? IN_VAIN : call.sequence;
    }

    /** Tells the waiter once the call has been made. */
    public void await(long sequence, RecordedOrder.Waiter waiter) {
      waiters.computeIfAbsent(sequence, s -> new ArrayList<>(1)).add(waiter);
    }

    /** The call begins: from now on, what it takes may be gone. */
    public void begins(long sequence) {
      for (Call call : bySequence.getOrDefault(sequence, List.of())) {
        if (call.effect == Effect.TAKES) {
          apply(call);
        }
      }
    }

    /** The call has been made. */
    void executed(long sequence) {
      bySequence.getOrDefault(sequence, List.of()).forEach(this::apply);
      release(sequence);
    }

    private void apply(Call call) {
      cut(call.start);
      cut(call.end);
      states.subMap(call.start, call.end).clear();
      states.put(call.start, new State(call.end, call));
    }

    private void cut(long address) {
      Map.Entry<Long, State> below = states.lowerEntry(address);
      if (below != null && below.getValue().end > address) {
        State state = below.getValue();
        states.put(below.getKey(), new State(address, state.call));
        states.put(address, state);
      }
    }

    private void release(long sequence) {
      List<RecordedOrder.Waiter> all = waiters.remove(sequence);
      if (all != null) {
        all.forEach(RecordedOrder.Waiter::turnHasCome);
      }
    }

    /** The earliest call that an access waits for, or {@link Long#MAX_VALUE}. */
    long earliestAwaited() {
      long earliest = Long.MAX_VALUE;
      for (long sequence : waiters.keySet()) {
        earliest = Math.min(earliest, sequence);
      }
      return earliest;
    }

    /** Accesses wait no more for a call. */
    void giveUp(long sequence) {
      givenUp.add(sequence);
      release(sequence);
    }
  }
}
