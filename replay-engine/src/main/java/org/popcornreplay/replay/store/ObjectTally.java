package org.popcornreplay.replay.store;

import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.popcornreplay.replay.heap.AllocationSites;
import org.popcornreplay.replay.heap.HeapHistory;
import org.popcornreplay.replay.heap.RangeIndex;

/**
 * Counts faults for variables and heap blocks. The address of a fault is often that of a 64-byte
 * line, since a trace of visits does not tell more: then the object that covers most of the line
 * counts, which may be wrong where several share one.
 */
final class ObjectTally {
  private static final int LINE_BYTES = 64;

  /** An object as it was described. */
  private record Described(
      String kind, String name, long address, long bytes, int thread, String site, long siteIp) {}

  private final List<Described> described = new ArrayList<>();
  private final Long2ObjectOpenHashMap<Faults> faultsAt = new Long2ObjectOpenHashMap<>();
  private HeapHistory heap;
  private IntToLongFunction recordedTime;
  private long[] blockFaults = {};
  private long[] blockNanos = {};
  private final BitSet synchronisedBlocks = new BitSet();

  /** Faults at one address. */
  private static final class Faults {
    long count;
    long nanos;
  }

  /** Heap blocks are those of this history; the function tells how far a thread is in it. */
  void observe(HeapHistory history, IntToLongFunction sequenceOfThread) {
    heap = history;
    recordedTime = sequenceOfThread;
    blockFaults = new long[history.size()];
    blockNanos = new long[history.size()];
  }

  void describe(
      String kind, String name, long address, long bytes, int thread, String site, long siteIp) {
    described.add(new Described(kind, name, address, bytes, thread, site, siteIp));
  }

  private static long endOfTouch(long address) {
    return address + ((address & (LINE_BYTES - 1)) == 0 ? LINE_BYTES : 1);
  }

  private int blockAt(int thread, long address, long end) {
    return heap == null || heap.size() == 0
        ? HeapHistory.NONE
        : heap.blockAt(address, end, recordedTime.applyAsLong(thread));
  }

  /** A thread faulted at an address. */
  void fault(int thread, long address, long nanos) {
    int block = blockAt(thread, address, endOfTouch(address));
    if (block != HeapHistory.NONE) {
      blockFaults[block]++;
      blockNanos[block] += nanos;
    } else {
      Faults faults = faultsAt.get(address);
      if (faults == null) {
        faults = new Faults();
        faultsAt.put(address, faults);
      }
      faults.count++;
      faults.nanos += nanos;
    }
  }

  /** A thread synchronised with what lies at an address. */
  void synchronisation(int thread, long address) {
    int block = blockAt(thread, address, address + 1);
    if (block != HeapHistory.NONE) {
      synchronisedBlocks.set(block);
    }
  }

  /** Writes all that was described, and the blocks that matter. */
  void write(TableWriter objects, long[] pages, int pageBytes) {
    long[] faults = new long[described.size()];
    long[] nanos = new long[described.size()];
    countDescribed(faults, nanos);
    long id = 0;
    for (int i = 0; i < faults.length; i++) {
      Described d = described.get(i);
      objects.put(id++).put(d.kind).put(d.name).put(d.address).put(d.bytes).put(d.thread);
      objects.put(d.site).put(d.siteIp).put(faults[i]).put(nanos[i]);
      objects.endRow();
    }
    if (heap != null) {
      writeBlocks(objects, id, pages, pageBytes);
    }
  }

  private void countDescribed(long[] faults, long[] nanos) {
    Integer[] order = new Integer[faults.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingLong(i -> described.get(i).address));
    long[] start = new long[order.length];
    long[] end = new long[order.length];
    for (int i = 0; i < order.length; i++) {
      Described d = described.get(order[i]);
      start[i] = d.address;
      end[i] = d.address + Math.max(1, d.bytes);
    }
    RangeIndex index = new RangeIndex(start, end);
    for (Long2ObjectMap.Entry<Faults> entry : faultsAt.long2ObjectEntrySet()) {
      long address = entry.getLongKey();
      long touchEnd = endOfTouch(address);
      int[] best = {-1};
      long[] most = {0};
      index.overlapping(
          address,
          touchEnd,
          at -> {
            // Names of one address: the last that was described counts.
            long covered = Math.min(end[at], touchEnd) - Math.max(start[at], address);
            if (covered >= most[0] && (covered > most[0] || start[at] == start[best[0]])) {
              most[0] = covered;
              best[0] = at;
            }
          });
      if (best[0] >= 0) {
        faults[order[best[0]]] += entry.getValue().count;
        nanos[order[best[0]]] += entry.getValue().nanos;
      }
    }
  }

  /** A block matters if threads faulted on it, synchronised in it, or it stayed on a page. */
  private void writeBlocks(TableWriter objects, long firstId, long[] pages, int pageBytes) {
    LongOpenHashSet pageSet = new LongOpenHashSet(pages);
    long id = firstId;
    int block = 0;
    while (block < heap.size()) {
      long address = heap.address(block);
      long bytes = heap.bytes(block);
      AllocationSites.Site site = heap.site(block);
      int thread = heap.thread(block);
      String name = heap.name(block);
      long faults = 0;
      long nanos = 0;
      boolean matters = false;
      // A loop that allocates and frees gets the same block again and again: one row.
      do {
        faults += blockFaults[block];
        nanos += blockNanos[block];
        matters |= blockFaults[block] > 0 || synchronisedBlocks.get(block);
        matters |= heap.freedAt(block) == Long.MAX_VALUE && onPage(block, pageSet, pageBytes);
        block++;
      } while (block < heap.size()
          && heap.address(block) == address
          && heap.bytes(block) == bytes
          && heap.site(block).equals(site));
      if (matters) {
        objects.put(id++).put("heap").put(name).put(address).put(bytes).put(thread);
        objects.put(site.text()).put(site.ip()).put(faults).put(nanos);
        objects.endRow();
      }
    }
  }

  private boolean onPage(int block, LongOpenHashSet pages, int pageBytes) {
    long last = (heap.address(block) + heap.bytes(block) - 1) / pageBytes;
    long first = heap.address(block) / pageBytes;
    if (last - first >= pages.size()) {
      for (long page : pages) {
        if (page >= first && page <= last) {
          return true;
        }
      }
      return false;
    }
    for (long page = first; page <= last; page++) {
      if (pages.contains(page)) {
        return true;
      }
    }
    return false;
  }
}
