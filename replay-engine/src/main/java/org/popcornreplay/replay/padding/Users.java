package org.popcornreplay.replay.padding;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which threads read and wrote each piece of an object; sets of threads are kept once each. */
final class Users {
  /** No thread touched the piece. */
  static final int UNTOUCHED = -2;

  /** Several threads read it, none wrote it. */
  static final int READ_ONLY = -1;

  private static final int NOBODY = 0;

  private final List<BitSet> sets = new ArrayList<>();
  private final Map<BitSet, Integer> numbers = new HashMap<>();
  private final Long2IntOpenHashMap unions = new Long2IntOpenHashMap();
  private final int[] readers;
  private final int[] writers;

  /** Nobody has touched any of so many pieces. */
  Users(int pieces) {
    readers = new int[pieces];
    writers = new int[pieces];
    number(new BitSet());
  }

  private int number(BitSet set) {
    return numbers.computeIfAbsent(
        set,
        s -> {
          sets.add(s);
          return sets.size() - 1;
        });
  }

  private int union(int set, int thread) {
    long key = ((long) set << 32) | (thread + 1L);
    int known = unions.get(key);
    if (known == 0) {
      BitSet with = (BitSet) sets.get(set).clone();
      with.set(thread);
      known = number(with);
      unions.put(key, known);
    }
    return known;
  }

  void touch(int piece, int thread, boolean write) {
    int[] of = write ? writers : readers;
    of[piece] = union(of[piece], thread);
  }

  /** Whose a piece is: the number of the set of its writers, or of its only reader. */
  int owner(int piece) {
    if (writers[piece] != NOBODY) {
      return writers[piece];
    }
    if (readers[piece] == NOBODY) {
      return UNTOUCHED;
    }
    return sets.get(readers[piece]).cardinality() == 1 ? readers[piece] : READ_ONLY;
  }
}
