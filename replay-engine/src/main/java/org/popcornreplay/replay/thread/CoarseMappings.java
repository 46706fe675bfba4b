package org.popcornreplay.replay.thread;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.protocol.RegionKind;
import org.popcornreplay.protocol.Vma;
import org.popcornreplay.traces.MapTable;

/**
 * The recorded mappings in pages larger than those that were recorded. A mapping that shares none
 * of its pages with another one, at any time of the run, is as it was. The others cannot keep kind
 * and protection, since these belong to a whole page: such pages are anonymous, readable and
 * writable. What is mapped once stays, so a call only adds the pages that are missing.
 */
final class CoarseMappings {
  private final PageScale scale;
  private final boolean[] alone;
  private final TreeMap<Long, Long> mapped = new TreeMap<>(); // first page → page behind the last

  CoarseMappings(MapTable maps, PageScale scale) {
    this.scale = scale;
    this.alone = new boolean[maps.size()];
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < maps.size(); row++) {
      if (maps.length(row) > 0) {
        rows.add(row);
      }
    }
    rows.sort(Comparator.comparingLong(maps::start));
    long endBefore = Long.MIN_VALUE;
    for (int i = 0; i < rows.size(); i++) {
      int row = rows.get(i);
      long end = end(maps, row);
      long nextStart =
          i + 1 < rows.size() ? scale.pageOf(maps.start(rows.get(i + 1))) : Long.MAX_VALUE;
      alone[row] = scale.pageOf(maps.start(row)) >= endBefore && nextStart >= end;
      endBefore = Math.max(endBefore, end);
    }
  }

  private long end(MapTable maps, int row) {
    return scale.pageOf(maps.start(row) + maps.length(row) - 1) + 1;
  }

  /** Whether no other row of the table touches a page of this one. */
  boolean isAlone(int row) {
    return alone[row];
  }

  /** Pages of the range that are not mapped, which count as mapped from now on. */
  List<AddressSpace.Range> takeMissing(AddressSpace.Range wanted, int row) {
    List<AddressSpace.Range> missing = new ArrayList<>();
    long end = wanted.start() + wanted.pages();
    long at = wanted.start();
    Map.Entry<Long, Long> before = mapped.floorEntry(at);
    if (before != null) {
      at = Math.max(at, before.getValue());
    }
    while (at < end) {
      Long next = mapped.ceilingKey(at);
      long gapEnd = next == null ? end : Math.min(end, next);
      if (gapEnd > at) {
        missing.add(
            row >= 0 && alone[row]
                ? wanted
                : new AddressSpace.Range(
                    at, gapEnd - at, RegionKind.ANON, Vma.READ | Vma.WRITE, 0));
        mapped.put(at, gapEnd);
      }
      at = next == null ? end : Math.max(gapEnd, mapped.get(next));
    }
    return missing;
  }
}
