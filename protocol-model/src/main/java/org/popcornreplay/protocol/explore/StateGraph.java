package org.popcornreplay.protocol.explore;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
import java.util.BitSet;

/** The states of an exploration and the steps between them. */
final class StateGraph {
  private final int states;
  private final int[] firstNext;
  private final int[] next;
  private final int[] firstBefore;
  private final int[] before;

  StateGraph(int states, IntArrayList from, IntArrayList to) {
    this.states = states;
    this.firstNext = new int[states + 1];
    this.next = sorted(from, to, firstNext);
    this.firstBefore = new int[states + 1];
    this.before = sorted(to, from, firstBefore);
  }

  /** The values ordered by their key; {@code first[key]} is where a key's values begin. */
  private static int[] sorted(IntArrayList keys, IntArrayList values, int[] first) {
    for (int i = 0; i < keys.size(); i++) {
      first[keys.getInt(i) + 1]++;
    }
    for (int i = 1; i < first.length; i++) {
      first[i] += first[i - 1];
    }
    int[] filled = first.clone();
    int[] ordered = new int[keys.size()];
    for (int i = 0; i < keys.size(); i++) {
      ordered[filled[keys.getInt(i)]++] = values.getInt(i);
    }
    return ordered;
  }

  /** The states from which one of the given ones can be reached. */
  BitSet reaching(BitSet ends) {
    BitSet reaching = (BitSet) ends.clone();
    IntArrayList front = new IntArrayList();
    for (int end = ends.nextSetBit(0); end >= 0; end = ends.nextSetBit(end + 1)) {
      front.add(end);
    }
    while (!front.isEmpty()) {
      int state = front.popInt();
      for (int i = firstBefore[state]; i < firstBefore[state + 1]; i++) {
        if (!reaching.get(before[i])) {
          reaching.set(before[i]);
          front.add(before[i]);
        }
      }
    }
    return reaching;
  }

  /** How many states lie on a cycle: the components of Tarjan's algorithm with two or more. */
  int cyclicStates() {
    int[] order = new int[states];
    int[] low = new int[states];
    int[] place = firstNext.clone();
    Arrays.fill(order, -1);
    BitSet open = new BitSet();
    IntArrayList component = new IntArrayList();
    IntArrayList way = new IntArrayList();
    int count = 0;
    int cyclic = 0;
    for (int root = 0; root < states; root++) {
      if (order[root] >= 0) {
        continue;
      }
      way.add(root);
      while (!way.isEmpty()) {
        int state = way.getInt(way.size() - 1);
        if (order[state] < 0) {
          order[state] = count;
          low[state] = count++;
          component.add(state);
          open.set(state);
        }
        if (place[state] < firstNext[state + 1]) {
          int to = next[place[state]++];
          if (order[to] < 0) {
            way.add(to);
          } else if (open.get(to)) {
            low[state] = Math.min(low[state], order[to]);
          }
          continue;
        }
        way.popInt();
        if (!way.isEmpty()) {
          int parent = way.getInt(way.size() - 1);
          low[parent] = Math.min(low[parent], low[state]);
        }
        if (low[state] == order[state]) {
          cyclic += close(state, component, open);
        }
      }
    }
    return cyclic;
  }

  private static int close(int root, IntArrayList component, BitSet open) {
    int size = 0;
    int member;
    do {
      member = component.popInt();
      open.clear(member);
      size++;
    } while (member != root);
    return size > 1 ? size : 0;
  }
}
