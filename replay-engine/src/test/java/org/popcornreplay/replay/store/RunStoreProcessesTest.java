package org.popcornreplay.replay.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.ExitCode;

/**
 * Several processes and one store; {@code -Dkills=100} for more than the few of the short check.
 */
@Tag("reliability")
final class RunStoreProcessesTest {
  private static final int KILLS = Integer.getInteger("kills", 4);

  @TempDir Path directory;

  @Test
  void whoeverComesSecondIsToldWhoHoldsTheStore() throws Exception {
    Path file = directory.resolve("runs.duckdb");
    Process holder = RunWriterProcess.start(file, 100_000, 1000);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
      assertEquals("open", lines.readLine());
      CommandException e =
          assertThrows(
              CommandException.class, () -> RunStore.open(file, Duration.ZERO, notice -> {}));
      assertEquals(ExitCode.BAD_INPUT, e.exitCode());
      assertTrue(e.getMessage().contains("is open in process " + holder.pid()), e.getMessage());
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }

  @Test
  void whoeverIsPatientWaitsWithANotice() throws Exception {
    Path file = directory.resolve("runs.duckdb");
    Process holder = RunWriterProcess.start(file, 5_000, 1);
    List<String> notices = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
      assertEquals("open", lines.readLine());
      try (RunStore store = RunStore.open(file, Duration.ofSeconds(60), notices::add);
          StoreListener run = store.beginRun(RecordLevel.SUMMARY)) {
        assertEquals(2, run.runId());
      }
    } finally {
      holder.destroyForcibly().waitFor();
    }
    assertEquals(1, notices.size());
    assertTrue(notices.get(0).startsWith("waiting: "), notices.get(0));
  }

  @Test
  void aKilledWriterLeavesWholeRunsOnly() throws Exception {
    Path file = directory.resolve("runs.duckdb");
    SplittableRandom random = new SplittableRandom(42);
    long runs = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process writer = RunWriterProcess.start(file, 2_000, 1000);
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
        assertEquals("open", lines.readLine());
        assertEquals(runs + 1, Long.parseLong(lines.readLine()));
        Thread.sleep(random.nextInt(800)); // somewhere in the runs that follow
      } finally {
        writer.destroyForcibly().waitFor();
      }
      try (RunStore store = RunStore.open(file, Duration.ZERO, notice -> {});
          StoreListener next = store.beginRun(RecordLevel.SUMMARY)) {
        assertTrue(next.runId() > runs + 1, "no finished run is lost");
        runs = next.runId() - 1;
      }
      try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
          Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  """
                  SELECT
                    (SELECT count(*) FROM runs r WHERE message_count <>
                      (SELECT count(*) FROM messages m WHERE m.run_id = r.run_id)) AS half_runs,
                    (SELECT count(*) FROM messages ANTI JOIN runs USING (run_id)) AS stray_messages,
                    (SELECT count(*) FROM intervals ANTI JOIN runs USING (run_id)) AS stray_intervals,
                    (SELECT count(*) FROM runs) AS runs""")) {
        rows.next();
        assertEquals(0, rows.getLong(1), "half runs");
        assertEquals(0, rows.getLong(2), "messages of no run");
        assertEquals(0, rows.getLong(3), "intervals of no run");
        assertEquals(runs, rows.getLong(4));
      }
    }
    System.out.println(
        "reliability: kill -9 of a writer of many runs: kills="
            + KILLS
            + " survived="
            + KILLS
            + " (runs kept "
            + runs
            + ", half runs 0)");
  }
}
