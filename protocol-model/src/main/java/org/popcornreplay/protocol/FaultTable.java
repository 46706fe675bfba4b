package org.popcornreplay.protocol;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import java.util.Comparator;
import java.util.List;

/** The handles of one node's ongoing faults by page ({@code rc->faults}, a hash as there). */
final class FaultTable {
  private final Int2ObjectOpenHashMap<FaultHandle> handles = new Int2ObjectOpenHashMap<>();

  /** The handle of a page; null where nothing is under way. */
  FaultHandle get(int pageIndex) {
    return handles.isEmpty() ? null : handles.get(pageIndex);
  }

  void add(FaultHandle handle) {
    handles.put(handle.pageIndex, handle);
  }

  void remove(FaultHandle handle) {
    handles.remove(handle.pageIndex);
  }

  /** All handles by ascending page index, whatever the hash makes of them. */
  List<FaultHandle> all() {
    return handles.values().stream()
        .sorted(Comparator.comparingInt(handle -> handle.pageIndex))
        .toList();
  }

  boolean isEmpty() {
    return handles.isEmpty();
  }

  int size() {
    return handles.size();
  }
}
