package org.popcornreplay.protocol;

import java.util.ArrayList;
import java.util.List;

/** The VMAs of the process on one node, ascending and disjoint; alike neighbours are one. */
final class VmaList {
  private final List<Vma> areas = new ArrayList<>();

  /** The VMA that was found last, as the kernel caches it for a task; null where areas changed. */
  private Vma cached;

  /** {@code find_vma}: the first VMA that ends above the page; null if none does. */
  Vma find(long page) {
    if (cached != null && cached.covers(page)) {
      return cached;
    }
    int place = place(page);
    cached = place < areas.size() ? areas.get(place) : null;
    return cached;
  }

  /** The VMA that covers the page; null if none does. */
  Vma covering(long page) {
    Vma found = find(page);
    return found != null && found.covers(page) ? found : null;
  }

  /** Maps, replacing what is there. */
  void map(Vma area) {
    cached = null;
    unmap(area.start(), area.end());
    areas.add(place(area.start()), area);
    merge();
  }

  /** Maps only those parts of the area that nothing covers yet ({@code map_difference}). */
  void mapDifference(Vma area) {
    cached = null;
    List<Vma> holes = new ArrayList<>();
    long from = area.start();
    for (Vma other : areas) {
      if (other.end() > from && other.start() < area.end()) {
        if (other.start() > from) {
          holes.add(area.withRange(from, other.start()));
        }
        from = other.end();
      }
    }
    if (from < area.end()) {
      holes.add(area.withRange(from, area.end()));
    }
    for (Vma hole : holes) {
      areas.add(place(hole.start()), hole);
    }
    merge();
  }

  /** Takes a range out. */
  void unmap(long start, long end) {
    cached = null;
    for (int i = place(start); i < areas.size() && areas.get(i).start() < end; ) {
      Vma area = areas.remove(i);
      if (area.start() < start) {
        areas.add(i++, area.withRange(area.start(), start));
      }
      if (area.end() > end) {
        areas.add(i++, area.withRange(end, area.end()));
      }
    }
  }

  /** Gives a range another protection; false where a page of it is not mapped. */
  boolean protect(long start, long end, int protection) {
    boolean whole = isMapped(start, end);
    List<Vma> parts = new ArrayList<>();
    for (Vma area : areas) {
      long from = Math.max(start, area.start());
      long to = Math.min(end, area.end());
      if (from < to) {
        parts.add(area.withRange(from, to).withProtection(protection));
      }
    }
    for (Vma part : parts) {
      map(part);
    }
    return whole;
  }

  /** Whether every page of a range is mapped. */
  boolean isMapped(long start, long end) {
    long from = start;
    for (Vma area = find(from); area != null && area.covers(from); area = find(from)) {
      from = area.end();
      if (from >= end) {
        return true;
      }
    }
    return false;
  }

  /** Whether no page of a range is mapped. */
  boolean isHole(long start, long end) {
    Vma area = find(start);
    return area == null || area.start() >= end;
  }

  List<Vma> areas() {
    return List.copyOf(areas);
  }

  void digest(Digest digest) {
    for (Vma area : areas) {
      digest.add(area.start()).add(area.end()).add(area.protection());
    }
    digest.add(areas.size());
  }

  private void merge() {
    cached = null;
    for (int i = 0; i + 1 < areas.size(); ) {
      Vma area = areas.get(i);
      Vma next = areas.get(i + 1);
      if (area.mergesWith(next)) {
        areas.set(i, area.withRange(area.start(), next.end()));
        areas.remove(i + 1);
      } else {
        i++;
      }
    }
  }

  /** The place of the first VMA that ends above the page. */
  private int place(long page) {
    int low = 0;
    int high = areas.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (areas.get(middle).end() > page) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
