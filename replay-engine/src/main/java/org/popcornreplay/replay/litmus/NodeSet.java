package org.popcornreplay.replay.litmus;

import java.util.Arrays;
import java.util.StringJoiner;

/** Nodes in rising order, as litmus files write them: {@code {0,1}}. */
final class NodeSet {
  private final int[] nodes;

  NodeSet(int... nodes) {
    this.nodes = nodes.clone();
  }

  /** Its nodes, rising. */
  int[] toArray() {
    return nodes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodeSet set && Arrays.equals(nodes, set.nodes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(nodes);
  }

  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(",", "{", "}");
    for (int node : nodes) {
      text.add(Integer.toString(node));
    }
    return text.toString();
  }
}
