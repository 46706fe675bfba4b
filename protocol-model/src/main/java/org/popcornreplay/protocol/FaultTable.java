package org.popcornreplay.protocol;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The handles of one node's ongoing faults by page ({@code rc->faults}, a hash as there). Hardly
 * ever are there more than a few at a time, which are found faster one by one.
 */
final class FaultTable {
  private static final int FEW = 8;

  private final FaultHandle[] few = new FaultHandle[FEW];
  private int fewCount;
  private final Int2ObjectOpenHashMap<FaultHandle> others = new Int2ObjectOpenHashMap<>();

  /** The handle of a page; null where nothing is under way. */
  FaultHandle get(int pageIndex) {
    for (int i = 0; i < fewCount; i++) {
      if (few[i].pageIndex == pageIndex) {
        return few[i];
      }
    }
    return others.isEmpty() ? null : others.get(pageIndex);
  }

  /** Adds the handle of a page that has none. */
  void add(FaultHandle handle) {
    if (fewCount < FEW) {
      few[fewCount++] = handle;
    } else {
      others.put(handle.pageIndex, handle);
    }
  }

  void remove(FaultHandle handle) {
    for (int i = 0; i < fewCount; i++) {
      if (few[i] == handle) {
        few[i] = few[--fewCount];
        few[fewCount] = null;
        return;
      }
    }
    others.remove(handle.pageIndex);
  }

  /** All handles by ascending page index, wherever they lie. */
  List<FaultHandle> all() {
    List<FaultHandle> all = new ArrayList<>(others.values());
    for (int i = 0; i < fewCount; i++) {
      all.add(few[i]);
    }
    all.sort(Comparator.comparingInt(handle -> handle.pageIndex));
    return all;
  }

  boolean isEmpty() {
    return size() == 0;
  }

  int size() {
    return fewCount + others.size();
  }
}
