package org.popcornreplay.replay.store;

import java.util.Map;
import java.util.TreeMap;

/** Named ranges of the program's address space: heap, stacks, images, mappings. */
final class Regions {
  private record Region(String name, long end) {}

  private final TreeMap<Long, Region> byStart = new TreeMap<>();

  /** A region; where it lies over earlier ones, these keep what is left of them. */
  void add(String name, long start, long lengthBytes) {
    long end = start + lengthBytes;
    Map.Entry<Long, Region> under = byStart.lowerEntry(end);
    if (under != null && under.getValue().end() > end) {
      byStart.put(end, under.getValue());
    }
    byStart.subMap(start, end).clear();
    byStart.put(start, new Region(name, end));
  }

  /** The region that holds the first byte of a page or begins on it; empty where there is none. */
  String at(long start, long bytes) {
    Map.Entry<Long, Region> entry = byStart.floorEntry(start);
    if (entry != null && start < entry.getValue().end()) {
      return entry.getValue().name();
    }
    entry = byStart.ceilingEntry(start);
    return entry != null && entry.getKey() < start + bytes ? entry.getValue().name() : "";
  }
}
