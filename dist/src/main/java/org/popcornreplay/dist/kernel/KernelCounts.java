package org.popcornreplay.dist.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Messages and bytes by direction and type of several runs; a type that a run lacks counts 0. */
final class KernelCounts {
  /** What one run sent, by {@code direction type}. */
  private final List<TreeMap<String, long[]>> runs = new ArrayList<>();

  private final SortedSet<String> keys = new TreeSet<>();

  void beginRun() {
    runs.add(new TreeMap<>());
  }

  void add(String direction, String type, long messages, long bytes) {
    String key = direction + " " + type;
    if (messages > 0) {
      runs.get(runs.size() - 1).put(key, new long[] {messages, bytes});
      keys.add(key);
    }
  }

  void endRuns() {
    for (TreeMap<String, long[]> run : runs) {
      for (String key : keys) {
        run.putIfAbsent(key, new long[2]);
      }
    }
  }

  SortedSet<String> keys() {
    return keys;
  }

  /** Smallest number of messages of this key. */
  long min(String key) {
    return runs.stream().mapToLong(run -> messages(run, key)).min().orElse(0);
  }

  /** Largest number of messages of this key. */
  long max(String key) {
    return runs.stream().mapToLong(run -> messages(run, key)).max().orElse(0);
  }

  /** Median number of messages of this key; of two middle ones the lower. */
  long median(String key) {
    long[] sorted = runs.stream().mapToLong(run -> messages(run, key)).sorted().toArray();
    return sorted[(sorted.length - 1) / 2];
  }

  /** Bytes of this key in the first run. */
  long firstBytes(String key) {
    long[] count = runs.get(0).get(key);
    return count == null ? 0 : count[1];
  }

  /** Smallest, median and largest number of all messages of a run. */
  long[] totals() {
    long[] sorted =
        runs.stream()
            .mapToLong(run -> run.values().stream().mapToLong(count -> count[0]).sum())
            .sorted()
            .toArray();
    return new long[] {sorted[0], sorted[(sorted.length - 1) / 2], sorted[sorted.length - 1]};
  }

  private static long messages(Map<String, long[]> run, String key) {
    long[] count = run.get(key);
    return count == null ? 0 : count[0];
  }
}
