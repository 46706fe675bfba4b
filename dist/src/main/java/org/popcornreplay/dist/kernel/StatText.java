package org.popcornreplay.dist.kernel;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The fault-handle actions of {@code --popcorn-stat}: four columns of index and count a node. */
final class StatText {
  private static final Pattern NODE = Pattern.compile("node (\\d+)");
  private static final Pattern ROW =
      Pattern.compile("\\s*\\d+ +\\d+ +\\d+ +\\d+ +\\d+ +\\d+ +\\d+ +\\d+\\s*");
  private static final Pattern CELL = Pattern.compile("(\\d+) +(\\d+)");

  private StatText() {}

  /** Adds the actions of all nodes to the last run of these counts. */
  static void addActions(String text, KernelCounts actions) {
    String node = "";
    for (String line : text.lines().toList()) {
      Matcher heading = NODE.matcher(line);
      if (heading.matches()) {
        node = heading.group(1);
      } else if (!node.isEmpty() && ROW.matcher(line).matches()) {
        Matcher cell = CELL.matcher(line);
        while (cell.find()) {
          actions.add(node, cell.group(1), Long.parseLong(cell.group(2)), 0);
        }
      }
    }
  }
}
