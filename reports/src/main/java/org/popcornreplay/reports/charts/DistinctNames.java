package org.popcornreplay.reports.charts;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Names of bars and lines. JFreeChart tells these apart by name, but names that come from a trace
 * may be equal, above all after they were shortened.
 */
final class DistinctNames {
  private DistinctNames() {}

  /** The same names, where an equal one came before with a number added. */
  static List<String> of(List<String> names) {
    Set<String> used = new HashSet<>();
    List<String> distinct = new ArrayList<>();
    for (String name : names) {
      String candidate = name;
      for (int number = 2; !used.add(candidate); number++) {
        candidate = name + " (" + number + ")";
      }
      distinct.add(candidate);
    }
    return distinct;
  }
}
