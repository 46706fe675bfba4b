package org.popcornreplay.replay.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import org.duckdb.DuckDBConnection;

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
    for (int i = 0; i < 3 && rows > 0; i++) {
      Files.deleteIfExists(table);
      faults(table, rows);
    }
    Files.deleteIfExists(table);
    Files.deleteIfExists(file);
    wholeRun(file, rounds);
  }

  /** Rows into a table alone, as StoreListener writes them. */
  private static void tenColumns(Path file, int rows) throws Exception {
    long start = System.nanoTime();
    long cpu = cpuNanos();
    try (DuckDBConnection connection = RunStore.connect(file, false);
        Statement statement = connection.createStatement();
        Inserter inserter = new Inserter(connection)) {
      statement.execute("CREATE TYPE fault_kind AS ENUM ('read', 'upgrade', 'write')");
      statement.execute(
          "CREATE TABLE ten (run_id BIGINT, fault_id BIGINT, thread INTEGER, node INTEGER, page BIGINT,"
              + " address BIGINT, ip BIGINT, kind fault_kind, start_ns BIGINT, end_ns BIGINT)");
      statement.execute("BEGIN TRANSACTION");
      TableWriter table =
          new TableWriter(
              inserter,
              1,
              "ten",
              Column.bigint("fault_id"),
              Column.integer("thread"),
              Column.integer("node"),
              Column.bigint("page"),
              Column.bigint("address"),
              Column.bigint("ip").absentAt(0),
              Column.word("kind"),
              Column.bigint("start_ns"),
              Column.bigint("end_ns"));
      for (int i = 0; i < rows; i++) {
        long now = i * 40L;
        table.put((long) i).put(i & 7).put(i & 3).put((long) (i % 5000));
        table.put(4096L * (i % 5000) + (i & 63)).put(0x1000L + (i & 255)).put("write");
        table.put(now).put(now + 30_000 + (i & 1023)).endRow();
      }
      table.flush();
      inserter.await();
      statement.execute("COMMIT");
    }
    print("one table: 10 columns", rows, start, cpu);
  }

  /** Faults of a run, with what is counted of them. */
  private static void faults(Path file, int rows) {
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
    print("faults of a run: 12 columns", rows, start, cpu);
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
