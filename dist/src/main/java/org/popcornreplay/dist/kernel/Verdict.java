package org.popcornreplay.dist.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How replays of one program compare with the kernel.
 *
 * @param row what the kernel did
 * @param replayed what the replays sent, one run a seed
 * @param differences one line for each direction and type that is not as on the kernel
 */
record Verdict(KernelRow row, KernelCounts replayed, List<String> differences) {

  /** Equal where the kernel never varied; else the median lies within its extremes. */
  static Verdict of(KernelRow row, KernelCounts replayed) {
    List<String> differences = new ArrayList<>();
    SortedSet<String> keys = new TreeSet<>(row.counts().keys());
    keys.addAll(replayed.keys());
    for (String key : keys) {
      KernelCounts kernel = row.counts();
      if (row.exact()) {
        if (replayed.min(key) != kernel.min(key) || replayed.max(key) != kernel.max(key)) {
          differences.add(key + ": " + replayed.median(key) + ", kernel " + kernel.min(key));
        } else if (replayed.firstBytes(key) != kernel.firstBytes(key)) {
          differences.add(
              key
                  + ": "
                  + replayed.firstBytes(key)
                  + " bytes, kernel "
                  + kernel.firstBytes(key)
                  + " bytes");
        }
      } else if (replayed.median(key) < kernel.min(key) || replayed.median(key) > kernel.max(key)) {
        differences.add(
            key
                + ": "
                + replayed.median(key)
                + ", kernel "
                + kernel.min(key)
                + " to "
                + kernel.max(key));
      }
    }
    return new Verdict(row, replayed, differences);
  }

  /** Direction and type of what is not as on the kernel. */
  List<String> differingMessages() {
    return differences.stream().map(line -> line.substring(0, line.indexOf(':'))).toList();
  }

  boolean holds() {
    return differences.isEmpty();
  }

  /** One word: what the table says. */
  String word() {
    if (!holds()) {
      return "DIFFERS";
    }
    return row.exact() ? "equal" : "within";
  }
}
