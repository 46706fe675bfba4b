package org.popcornreplay.protocol.explore;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.popcornreplay.protocol.Message;

/** What happens on each node, a column for each, in the order in which it happens. */
final class MessageChart {
  private static final String BETWEEN = "  ";

  private record Entry(int node, String text) {}

  private final int nodes;
  private final List<Entry> entries = new ArrayList<>();
  private final IdentityHashMap<Message, Integer> numbers = new IdentityHashMap<>();

  MessageChart(int nodes) {
    this.nodes = nodes;
  }

  void happens(int node, String text) {
    entries.add(new Entry(node, text));
  }

  void sends(Message message) {
    numbers.put(message, numbers.size() + 1);
    happens(message.from(), "  " + number(message) + " -> " + message.to() + " " + name(message));
  }

  void arrives(Message message) {
    happens(message.to(), number(message) + " <- " + message.from() + " " + name(message));
  }

  private String number(Message message) {
    return "(" + numbers.get(message) + ")";
  }

  private static String name(Message message) {
    String detail = message.detail();
    return message.type() + (detail.isEmpty() ? "" : " " + detail);
  }

  /** The chart, a line for each thing that happens; columns are as wide as they must be. */
  List<String> lines() {
    int[] begins = new int[nodes + 1];
    for (int node = 0; node < nodes; node++) {
      int width = "node 0".length();
      for (Entry entry : entries) {
        width = entry.node() == node ? Math.max(width, entry.text().length()) : width;
      }
      begins[node + 1] = begins[node] + width + BETWEEN.length();
    }
    List<String> lines = new ArrayList<>();
    StringBuilder header = new StringBuilder();
    for (int node = 0; node < nodes; node++) {
      header.append(" ".repeat(begins[node] - header.length())).append("node ").append(node);
    }
    lines.add(header.toString());
    for (Entry entry : entries) {
      lines.add(" ".repeat(begins[entry.node()]) + entry.text());
    }
    return lines;
  }
}
