package org.popcornreplay.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.popcornreplay.replay.store.ParquetRuns;
import org.popcornreplay.replay.store.SyntheticRun;

/** Each named query finds what was planted in the synthetic run. */
final class NamedQueriesTest {
  @TempDir static Path folder;
  private static RunDatabase database;
  private static RunDatabase parquet;

  @BeforeAll
  static void open() {
    Path store = SampleStore.twoRuns(folder);
    Path runs = folder.resolve("parquet");
    Access writing = new Access(false, runs, Access.MEMORY_LIMIT, 0, Access.PATIENCE, notice -> {});
    try (RunDatabase from = RunDatabase.open(store, writing)) {
      for (long run : from.runIds()) {
        ParquetRuns.write(from.connection(), run, run, runs);
      }
    }
    database = RunDatabase.open(store, Access.guarded(notice -> {}));
    parquet = RunDatabase.open(runs, Access.guarded(notice -> {}));
  }

  @AfterAll
  static void close() {
    database.close();
    parquet.close();
  }

  private static QueryResult ask(String name) {
    return database.ask(name, Map.of("run", 1L));
  }

  static java.util.List<String> names() {
    return NamedQueries.names();
  }

  private static Map<String, Long> parameters(String name) {
    return switch (name) {
      case "compare" -> Map.of("run_a", 1L, "run_b", 2L);
      case "page-life" -> Map.of("page", SyntheticRun.FALSE_PAGE, "run", 1L);
      case "summary" -> Map.of();
      default -> Map.of("run", 1L);
    };
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldGiveRowsForASampleRun(String name) {
    assertTrue(database.ask(name, parameters(name)).size() > 0, name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void aFolderOfParquetRunsAnswersLikeTheStore(String name) {
    QueryResult ofStore = database.ask(name, parameters(name));
    QueryResult ofFolder = parquet.ask(name, parameters(name));
    assertEquals(ofStore.columns(), ofFolder.columns());
    assertEquals(ofStore.rows(), ofFolder.rows());
  }

  @Test
  void falseSharingNamesBothObjectsAndTheirLines() {
    QueryResult rows = ask("false-sharing");
    assertEquals(SyntheticRun.FALSE_PAGE, rows.value(0, "page"));
    assertEquals("false-sharing", rows.text(0, "sharing"));
    String sides = rows.text(0, "sides");
    assertTrue(sides.contains("left_counter (threads 0, 2 on node 0; line 0; worker.c:41)"), sides);
    assertTrue(
        sides.contains("right_counter (threads 1, 3 on node 1; line 4; worker.c:52)"), sides);
    assertTrue(
        rows.text(0, "advice")
            .matches("align each of .*_counter, .*_counter to a page: __attribute__.*4096.*"),
        rows.text(0, "advice"));
    assertTrue(rows.number(0, "saving_ms") > 0);
  }

  @Test
  void falseSharingOfHeapBlocksNamesTheAllocationSite() {
    QueryResult rows = ask("false-sharing");
    assertEquals(SyntheticRun.HEAP_PAGE, rows.value(1, "page"));
    assertTrue(rows.text(1, "advice").contains("aligned_alloc(4096"), rows.text(1, "advice"));
    assertTrue(rows.text(1, "advice").endsWith("at worker.c:30"), rows.text(1, "advice"));
  }

  @Test
  void trueSharingNamesTheSharedVariable() {
    QueryResult rows = ask("true-sharing");
    assertEquals("shared_total", rows.text(0, "object"));
    assertEquals("worker.c:60", rows.text(0, "places"));
    assertEquals("yes", rows.text(0, "same_addresses"));
  }

  @Test
  void hotPagesPutTheFalselySharedPageFirst() {
    assertEquals(SyntheticRun.FALSE_PAGE, ask("hot-pages").value(0, "page"));
  }

  @Test
  void locksPutTheContendedLockFirst() {
    QueryResult rows = ask("locks");
    assertEquals("queue_lock", rows.text(0, "object"));
    assertEquals("worker.c:9", rows.text(0, "declared_at"));
    assertEquals(240, rows.number(0, "acquisitions"));
    assertTrue(rows.number(0, "hand_offs") > 100);
  }

  @Test
  void criticalPathIsAsLongAsTheRun() {
    QueryResult path = ask("critical-path");
    double sum = 0;
    for (int i = 0; i < path.size(); i++) {
      sum += path.number(i, "path_ms");
    }
    double run =
        database.ask("SELECT simulated_ns / 1e6 AS ms FROM runs WHERE run_id = 1").number(0, "ms");
    assertEquals(run, sum, run * 0.01);
    QueryResult steps = ask("critical-steps");
    assertEquals("start", steps.text(steps.size() - 1, "entered_by"));
  }

  @Test
  void functionsCountWriteFaults() {
    QueryResult rows = ask("functions");
    assertTrue(rows.text(0, "function").startsWith("count_"));
    assertEquals(
        ((Number)
                database
                    .ask("SELECT sum(write_faults) AS n FROM runs WHERE run_id = 1")
                    .value(0, "n"))
            .doubleValue(),
        rows.rows().stream().mapToDouble(row -> ((Number) row.get(5)).doubleValue()).sum());
  }

  @Test
  void pageLifeIsInOrderOfTime() {
    QueryResult rows = database.ask("page-life", Map.of("page", SyntheticRun.TRUE_PAGE, "run", 1L));
    for (int i = 1; i < rows.size(); i++) {
      assertTrue(rows.number(i - 1, "at_us") <= rows.number(i, "at_us"));
    }
    assertEquals("fault begins", rows.text(0, "what"));
  }

  @Test
  void compareShowsThatMessagesDisappearOnOneNode() {
    QueryResult rows = database.ask("compare", Map.of("run_a", 1L, "run_b", 2L));
    boolean found = false;
    for (int i = 0; i < rows.size(); i++) {
      if (rows.text(i, "name").equals("REMOTE_PAGE_REQUEST")) {
        found = true;
        assertEquals(0, rows.number(i, "b"));
        assertEquals(-rows.number(i, "a"), rows.number(i, "change"));
      }
    }
    assertTrue(found);
  }

  @Test
  void whatIfNeverPromisesMoreThanTheWholeRun() {
    QueryResult rows = ask("what-if");
    for (int i = 0; i < rows.size(); i++) {
      assertTrue(rows.number(i, "run_ms_at_best") >= 0, rows.text(i, "scenario"));
      assertTrue(rows.number(i, "saving_percent") <= 100, rows.text(i, "scenario"));
    }
    assertTrue(rows.number(1, "saving_ms_at_most") > 0, "false sharing was planted");
  }

  @Test
  void timelineCountsEveryMessageOnce() {
    QueryResult rows = ask("timeline");
    assertEquals(50, rows.size());
    double messages = 0;
    for (int i = 0; i < rows.size(); i++) {
      messages += rows.number(i, "messages");
    }
    assertEquals(
        database.ask("SELECT count(*) AS n FROM messages WHERE run_id = 1").number(0, "n"),
        messages);
  }
}
