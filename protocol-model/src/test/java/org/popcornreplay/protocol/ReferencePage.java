package org.popcornreplay.protocol;

import java.util.TreeSet;

/** One page by popcorn-protocol §3.9 alone, for accesses that never meet: messages and owners. */
final class ReferencePage {
  private final TreeSet<Integer> owners = new TreeSet<>();

  int[] owners() {
    return owners.stream().mapToInt(Integer::intValue).toArray();
  }

  private boolean home() {
    return owners.isEmpty() || owners.contains(0);
  }

  int read(int node) {
    if (owners.contains(node) || (node == 0 && owners.isEmpty())) {
      owners.add(node);
      return 0;
    }
    int messages = node == 0 || home() ? 2 : 4;
    owners.add(0);
    owners.add(node);
    return messages;
  }

  int write(int node) {
    int messages;
    int others = owners.size() - (owners.contains(0) ? 1 : 0) - (owners.contains(node) ? 1 : 0);
    if (node == 0) {
      messages = home() ? 2 * (owners.contains(0) ? owners.size() - 1 : 0) : 2;
    } else if (owners.equals(new TreeSet<>(java.util.List.of(node)))) {
      messages = 0;
    } else if (home()) {
      messages = 2 + 2 * others;
    } else {
      messages = 4;
    }
    owners.clear();
    owners.add(node);
    return messages;
  }
}
