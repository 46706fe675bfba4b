package org.popcornreplay.replay.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * Measures how fast rows go into a store, and leaves a store for the benchmark of the queries.
 * Arguments: the file to write, rounds of the synthetic run, rows of the table of ten columns.
 */
public final class StoreBenchmark {
  private StoreBenchmark() {}

  /** Prints one line for each measurement. */
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    int rounds = Integer.parseInt(args[1]);
    int rows = Integer.parseInt(args[2]);
    Path table = file.resolveSibling("ten-columns.duckdb");
    for (int i = 0; i < 3 && rows > 0; i++) {
      Files.deleteIfExists(table);
      tenColumns(table, rows);
    }
    Files.deleteIfExists(table);
    Files.deleteIfExists(file);
    wholeRun(file, rounds);
  }

  private static void tenColumns(Path file, int rows) {
    long start = System.nanoTime();
    long cpu = cpuNanos();
    try (RunStore store = RunStore.open(file, Duration.ZERO, notice -> {});
        StoreListener run = store.beginRun(RecordLevel.FAULTS)) {
      for (int i = 0; i < rows; i++) {
        long now = i * 40L;
        run.fault(
            i & 7,
            i & 3,
            i % 5000,
            4096L * (i % 5000) + (i & 63),
            0x1000 + (i & 255),
            "write",
            now,
            now + 30_000 + (i & 1023),
            i & 1,
            "OK");
      }
      run.finish(new RunSummary());
    }
    print("faults: 12 columns", rows, start, cpu);
  }

  private static void wholeRun(Path file, int rounds) throws Exception {
    long start = System.nanoTime();
    long cpu = cpuNanos();
    try (RunStore store = RunStore.open(file, Duration.ZERO, notice -> {});
        StoreListener run = store.beginRun(RecordLevel.MESSAGES)) {
      new SyntheticRun(4, 8, rounds, 1).writeTo(run);
      long rows = run.rowsWritten();
      print("whole run, all tables", rows, start, cpu);
    }
    System.out.printf(Locale.ROOT, "file: %.0f MB%n", Files.size(file) / 1e6);
  }

  private static void print(String what, long rows, long start, long cpu) {
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%s: %d rows in %.2f s (%.2f s of CPU), %.2f M rows/s%n",
        what,
        rows,
        seconds,
        (cpuNanos() - cpu) / 1e9,
        rows / seconds / 1e6);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean)
            java.lang.management.ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
