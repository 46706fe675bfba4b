package org.popcornreplay.replay.heap;

import it.unimi.dsi.fastutil.ints.IntArrays;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.ThreadCursor;

/**
 * Every heap block of a recording: where it lay, who allocated it, and when it lived in the
 * recorded order of events. Blocks are numbered by address, at one address by time.
 */
public final class HeapHistory {
  /** No block. */
  public static final int NONE = -1;

  private final AllocationSites sites;
  private int size;
  private long[] address = new long[64];
  private long[] bytes = new long[64];
  private int[] thread = new int[64];
  private int[] stack = new int[64];
  private long[] allocated = new long[64];
  private long[] freed = new long[64];

  // Blocks of one address follow each other: group g has the blocks from groupStart[g] on.
  private int[] groupStart = new int[0];
  private RangeIndex groups;

  private HeapHistory(AllocationSites sites) {
    this.sites = sites;
  }

  /** Reads the heap events of all threads. */
  public static HeapHistory of(
      int threads, IntFunction<ThreadCursor> events, AllocationSites sites) {
    HeapHistory history = new HeapHistory(sites);
    Long2IntOpenHashMap byNumber = new Long2IntOpenHashMap();
    byNumber.defaultReturnValue(NONE);
    for (int t = 0; t < threads; t++) {
      ThreadCursor cursor = events.apply(t);
      while (cursor.next()) {
        if (cursor.isEvent() && cursor.kind() == EventKind.HEAP_ALLOC) {
          byNumber.put(cursor.argument(1), history.size);
          history.add(t, cursor);
        }
      }
    }
    for (int t = 0; t < threads && history.size > 0; t++) {
      ThreadCursor cursor = events.apply(t);
      while (cursor.next()) {
        if (cursor.isEvent() && cursor.kind() == EventKind.HEAP_FREE) {
          int block = byNumber.get(cursor.argument(1));
          if (block != NONE && cursor.sequence() > history.allocated[block]) {
            history.freed[block] = cursor.sequence();
          }
        }
      }
    }
    history.sort();
    return history;
  }

  private void add(int byThread, ThreadCursor cursor) {
    long length = cursor.argument(0);
    long start = cursor.object();
    if (length <= 0 || start < 0 || start + length < start) {
      return;
    }
    if (size == address.length) {
      int wanted = 2 * size;
      address = Arrays.copyOf(address, wanted);
      bytes = Arrays.copyOf(bytes, wanted);
      thread = Arrays.copyOf(thread, wanted);
      stack = Arrays.copyOf(stack, wanted);
      allocated = Arrays.copyOf(allocated, wanted);
      freed = Arrays.copyOf(freed, wanted);
    }
    address[size] = start;
    bytes[size] = length;
    thread[size] = byThread;
    stack[size] = (int) cursor.argument(2);
    allocated[size] = cursor.sequence();
    freed[size] = Long.MAX_VALUE;
    size++;
  }

  private void sort() {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    IntArrays.mergeSort(
        order,
        (a, b) ->
            address[a] != address[b]
                ? Long.compare(address[a], address[b])
                : Long.compare(allocated[a], allocated[b]));
    address = pick(address, order);
    bytes = pick(bytes, order);
    allocated = pick(allocated, order);
    freed = pick(freed, order);
    thread = pick(thread, order);
    stack = pick(stack, order);
    groupStart = new int[size + 1];
    long[] start = new long[size];
    long[] end = new long[size];
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (i == 0 || address[i] != address[i - 1]) {
        groupStart[count] = i;
        start[count] = address[i];
        count++;
      }
      end[count - 1] = Math.max(end[count - 1], address[i] + bytes[i]);
    }
    groupStart = Arrays.copyOf(groupStart, count + 1);
    groupStart[count] = size;
    groups = new RangeIndex(Arrays.copyOf(start, count), Arrays.copyOf(end, count));
  }

  private static long[] pick(long[] from, int[] order) {
    long[] to = new long[order.length];
    Arrays.setAll(to, i -> from[order[i]]);
    return to;
  }

  private static int[] pick(int[] from, int[] order) {
    int[] to = new int[order.length];
    Arrays.setAll(to, i -> from[order[i]]);
    return to;
  }

  /** The number of blocks. */
  public int size() {
    return size;
  }

  /** Where a block began. */
  public long address(int block) {
    return address[block];
  }

  /** Its size. */
  public long bytes(int block) {
    return bytes[block];
  }

  /** The thread that allocated it. */
  public int thread(int block) {
    return thread[block];
  }

  /** Its place in the recorded order. */
  public long allocatedAt(int block) {
    return allocated[block];
  }

  /** When it was freed in the recorded order; {@link Long#MAX_VALUE} if never. */
  public long freedAt(int block) {
    return freed[block];
  }

  /** Where it was allocated. */
  public AllocationSites.Site site(int block) {
    return sites.of(stack[block]);
  }

  /** What to call a block. */
  public String name(int block) {
    String text = site(block).text();
    return text.isEmpty()
        ? "heap block"
        : "block from " + text.substring(text.lastIndexOf('/') + 1);
  }

  /** Whether other blocks than this one ever lived in first to end - 1. */
  public boolean isReused(long first, long end, int but) {
    boolean[] reused = {false};
    groups.overlapping(
        first,
        end,
        group -> {
          for (int b = groupStart[group]; b < groupStart[group + 1] && !reused[0]; b++) {
            reused[0] = b != but && address[b] + bytes[b] > first;
          }
        });
    return reused[0];
  }

  /**
   * The history without some blocks.
   *
   * @param marks for each block, a negative number where it stays
   */
  public HeapHistory without(int[] marks) {
    HeapHistory rest = new HeapHistory(sites);
    int[] kept = IntStream.range(0, size).filter(block -> marks[block] < 0).toArray();
    rest.size = kept.length;
    rest.address = pick(address, kept);
    rest.bytes = pick(bytes, kept);
    rest.allocated = pick(allocated, kept);
    rest.freed = pick(freed, kept);
    rest.thread = pick(thread, kept);
    rest.stack = pick(stack, kept);
    rest.sort();
    return rest;
  }

  /**
   * The block that an access hit: of those with an address in first to end - 1 the one that lived
   * at that time and begins there, since programs use the first fields of a block more than its
   * last ones; else the one that covers most of the range. An access to memory that was no block's
   * belongs to the next one there: a slice comes before the allocations that happen in it.
   *
   * @param sequence the last event of the accessing thread before the access
   * @return the block's number or {@link #NONE}
   */
  public int blockAt(long first, long end, long sequence) {
    if (size == 0) {
      return NONE;
    }
    Search search = new Search(first, end, sequence);
    groups.overlapping(first, end, search::look);
    return search.living != NONE ? search.living : search.next;
  }

  /** Looks at the blocks of one address after another. */
  private final class Search {
    private final long first;
    private final long end;
    private final long sequence;
    private int living = NONE;
    private long mostWeight;
    private int next = NONE;

    Search(long first, long end, long sequence) {
      this.first = first;
      this.end = end;
      this.sequence = sequence;
    }

    void look(int group) {
      int low = groupStart[group];
      int high = groupStart[group + 1];
      int after = low;
      while (after < high) { // the first block allocated after the time
        int middle = (after + high) >>> 1;
        if (allocated[middle] <= sequence) {
          after = middle + 1;
        } else {
          high = middle;
        }
      }
      if (after > low && freed[after - 1] > sequence) {
        long weight = weight(after - 1);
        if (weight > mostWeight) {
          mostWeight = weight;
          living = after - 1;
        }
      }
      boolean exists = after < groupStart[group + 1];
      if (exists && covered(after) > 0 && (next == NONE || allocated[after] < allocated[next])) {
        next = after;
      }
    }

    /** What it covers; more than any other where it begins in the range with a word. */
    private long weight(int block) {
      long covered = covered(block);
      return address[block] > first && covered >= Long.BYTES ? covered + end - first : covered;
    }

    private long covered(int block) {
      return Math.min(end, address[block] + bytes[block]) - Math.max(first, address[block]);
    }
  }
}
