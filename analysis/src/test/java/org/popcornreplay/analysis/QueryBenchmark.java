package org.popcornreplay.analysis;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.popcornreplay.replay.store.SyntheticRun;

/** Times each named query on a store, each in a newly opened database. Argument: the store. */
public final class QueryBenchmark {
  private QueryBenchmark() {}

  /** Prints a line for each query: the median time of three, and the mean of processor time. */
  public static void main(String[] args) throws Exception {
    Path store = Path.of(args[0]);
    try (RunDatabase database = RunDatabase.open(store, Access.guarded(notice -> {}))) {
      QueryResult counts =
          database.ask(
              "SELECT (SELECT count(*) FROM messages) AS messages, (SELECT count(*) FROM faults) AS faults,"
                  + " (SELECT count(*) FROM intervals) AS intervals");
      System.out.printf(
          Locale.ROOT,
          "store: %s messages, %s faults, %s intervals, %.0f MB%n",
          counts.text(0, "messages"),
          counts.text(0, "faults"),
          counts.text(0, "intervals"),
          Files.size(store) / 1e6);
    }
    for (String name : NamedQueries.names()) {
      List<Double> times = new ArrayList<>();
      long cpu = cpuNanos();
      for (int i = 0; i < 3; i++) {
        long start = System.nanoTime();
        try (RunDatabase database = RunDatabase.open(store, Access.guarded(notice -> {}))) {
          database.ask(name, parameters(name));
        }
        times.add((System.nanoTime() - start) / 1e6);
      }
      Collections.sort(times);
      System.out.printf(
          Locale.ROOT,
          "%-18s %6.0f ms %6.0f ms of CPU%n",
          name,
          times.get(1),
          (cpuNanos() - cpu) / 3e6);
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM")) {
        System.out.println("peak memory: " + line.substring(6).strip());
      }
    }
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean)
            java.lang.management.ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static Map<String, Long> parameters(String name) {
    return switch (name) {
      case "compare" -> Map.of("run_a", 1L, "run_b", 1L);
      case "page-life" -> Map.of("page", SyntheticRun.FALSE_PAGE);
      default -> Map.of();
    };
  }
}
