package org.popcornreplay.replay.store;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.protocol.FaultKind;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.protocol.Outcome;
import org.popcornreplay.replay.thread.ThreadState;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.ExitCode;

final class RunStoreTest {
  @TempDir Path directory;

  private RunStore open(Path file) {
    return RunStore.open(file, Duration.ZERO, notice -> {});
  }

  private static String ask(Path file, String query) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      StringBuilder text = new StringBuilder();
      while (rows.next()) {
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          text.append(i == 1 ? "" : " ").append(rows.getString(i));
        }
        text.append('\n');
      }
      return text.toString().strip();
    }
  }

  @Test
  void shouldNumberRunsOneByOne() {
    Path file = directory.resolve("runs.duckdb");
    for (int expected = 1; expected <= 3; expected++) {
      try (RunStore store = open(file);
          StoreListener run = store.beginRun(RecordLevel.MESSAGES)) {
        assertEquals(expected, new SyntheticRun(2, 4, 5, expected).writeTo(run));
      }
    }
  }

  @Test
  void shouldForgetARunThatIsNotFinished() throws SQLException {
    Path file = directory.resolve("runs.duckdb");
    try (RunStore store = open(file)) {
      StoreListener run = store.beginRun(RecordLevel.MESSAGES);
      for (int i = 0; i < 300_000; i++) {
        run.interval(0, 0, "compute", i, i + 1L);
      }
      run.close();
    }
    assertEquals(
        "0 0", ask(file, "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM intervals)"));
  }

  @Test
  void rowsOfManyInsertsKeepTheirOrderAndTheirWords() throws SQLException {
    Path file = directory.resolve("runs.duckdb");
    int rows = 600_000;
    List<MessageType> types = Stream.of(MessageType.values()).limit(7).toList();
    try (RunStore store = open(file);
        StoreListener run = store.beginRun(RecordLevel.MESSAGES)) {
      for (int i = 0; i < rows; i++) {
        MessageType type = types.get(i % 7);
        run.message(i, type, 0, 1, 8, i, i + 1L, i + 2L, i % 3 - 1, i % 5 - 1L, 0);
        // One word alone through many inserts, then another.
        run.interval(0, 0, i < 400_000 ? "compute" : "fault", i, i + 1L);
      }
      run.finish(new RunSummary());
    }
    String type = types.stream().map(MessageType::name).collect(joining("', '", "['", "']"));
    assertEquals(
        rows + " " + rows + " " + rows,
        ask(
            file,
            """
            SELECT count(*) FILTER (seq = rowid AND type = %s[rowid %% 7 + 1]),
              count(*) FILTER (coalesce(thread, -1) = rowid %% 3 - 1 AND coalesce(page, -1) = rowid %% 5 - 1),
              count(*) FILTER (sent_ns = rowid AND delivered_ns = rowid + 1 AND handled_ns = rowid + 2)
            FROM messages"""
                .formatted(type)));
    assertEquals(
        "compute 400000 0 399999\nfault 200000 400000 599999",
        ask(
            file,
            "SELECT state, count(*), min(rowid), max(rowid) FROM intervals GROUP BY ALL ORDER BY ALL"));
  }

  @Test
  void rowsThatCannotBeWrittenEndTheRunWithOneLine() throws SQLException {
    Path file = directory.resolve("runs.duckdb");
    try (RunStore store = open(file)) {
      StoreListener run = store.beginRun(RecordLevel.FAULTS);
      CommandException refused =
          assertThrows(
              CommandException.class,
              () -> {
                for (int i = 0; i < 1_000_000; i++) {
                  run.fault(0, 0, 1, 4096, 0, "read", i, i + 1L, 0, "no outcome");
                }
                run.finish(new RunSummary());
              });
      assertTrue(
          refused.getMessage().startsWith("run store: cannot write: "), refused.getMessage());
      assertEquals(-1, refused.getMessage().indexOf('\n'));
      run.close();
      assertEquals(1, new SyntheticRun(2, 4, 5, 1).writeTo(store.beginRun(RecordLevel.MESSAGES)));
    }
    assertEquals("true", ask(file, "SELECT count(*) = max(fault_id) + 1 FROM faults"));
  }

  @Test
  void totalsAgreeWithRows() throws SQLException {
    Path file = directory.resolve("runs.duckdb");
    try (RunStore store = open(file)) {
      new SyntheticRun(4, 8, 200, 1).writeTo(store.beginRun(RecordLevel.MESSAGES));
    }
    assertEquals(
        "true true true true true",
        ask(
            file,
            """
            SELECT message_count = (SELECT count(*) FROM messages),
              message_bytes = (SELECT sum(bytes) FROM traffic),
              read_faults + write_faults + upgrade_faults = (SELECT count(*) FROM faults),
              (SELECT sum(fault_ns) FROM pages) = (SELECT sum(end_ns - start_ns) FROM faults),
              (SELECT sum(compute_ns + fault_ns + futex_ns + migration_ns + syscall_ns) FROM threads)
                = (SELECT sum(end_ns - start_ns) FROM intervals)
            FROM runs"""));
  }

  @Test
  void shouldTellTheKindsOfSharingApart() throws SQLException {
    Path file = directory.resolve("runs.duckdb");
    try (RunStore store = open(file)) {
      new SyntheticRun(2, 4, 50, 1).writeTo(store.beginRun(RecordLevel.MESSAGES));
    }
    assertEquals(
        "1028 false-sharing left_counter\n1029 true-sharing shared_total\n1030 read-shared lookup_table\n"
            + "20480 false-sharing block 1",
        ask(
            file,
            "SELECT page, sharing, CASE WHEN object = 'right_counter' THEN 'left_counter' WHEN object = 'block 2'"
                + " THEN 'block 1' ELSE object END FROM pages WHERE sharing <> 'private' ORDER BY page"));
  }

  @Test
  void aPageIsTransferredByAResponseWithoutErrorWhateverTheTransport() throws SQLException {
    Path file = directory.resolve("runs.duckdb");
    try (RunStore store = open(file);
        StoreListener run = store.beginRun(RecordLevel.MESSAGES)) {
      run.message(0, MessageType.REMOTE_PAGE_RESPONSE, 0, 1, 4130, 0, 1, 2, 1, 5, 0);
      run.message(1, MessageType.REMOTE_PAGE_RESPONSE_SHORT, 0, 1, 34, 0, 1, 2, 1, 5, 0);
      run.message(2, MessageType.REMOTE_PAGE_RESPONSE_SHORT, 0, 1, 34, 0, 1, 2, 1, 5, 0x4000);
      run.finish(new RunSummary());
    }
    assertEquals("5 2", ask(file, "SELECT page, transfers FROM pages"));
  }

  @Test
  void summaryLevelKeepsTotalsOnly() throws SQLException {
    Path file = directory.resolve("runs.duckdb");
    try (RunStore store = open(file)) {
      new SyntheticRun(2, 4, 50, 1).writeTo(store.beginRun(RecordLevel.SUMMARY));
    }
    assertEquals(
        "0 0 0 true true",
        ask(
            file,
            "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM faults), (SELECT count(*) FROM"
                + " intervals), (SELECT count(*) > 0 FROM traffic), (SELECT count(*) > 0 FROM pages)"));
  }

  @Test
  void shouldRefuseAFileThatIsNoDatabase() throws Exception {
    Path file = Files.writeString(directory.resolve("notes.txt"), "this is a text, not a database");
    CommandException e = assertThrows(CommandException.class, () -> open(file));
    assertEquals(ExitCode.BAD_INPUT, e.exitCode());
    assertTrue(e.getMessage().contains("is not a DuckDB file"), e.getMessage());
  }

  @Test
  void shouldRefuseAnotherDatabase() throws Exception {
    Path file = directory.resolve("other.duckdb");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (x INTEGER)");
    }
    CommandException e = assertThrows(CommandException.class, () -> open(file));
    assertTrue(e.getMessage().contains("has no table store_info"), e.getMessage());
  }

  @Test
  void shouldRefuseAnotherSchemaVersion() throws Exception {
    Path file = directory.resolve("runs.duckdb");
    open(file).close();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE store_info SET value = '3' WHERE key = 'schema_version'");
    }
    CommandException e = assertThrows(CommandException.class, () -> open(file));
    assertEquals(ExitCode.BAD_INPUT, e.exitCode());
    assertTrue(e.getMessage().contains("schema_version=3, expected 1 or 2"), e.getMessage());
  }

  /**
   * Labels in the order of strings, so that ORDER BY, min and max are what they are for strings.
   */
  private static String labels(Stream<String> words) {
    return words.distinct().sorted().map(word -> "'" + word + "'").collect(joining(", "));
  }

  private static String typeOf(String table, String column) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(RunStore.schema());
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT data_type FROM duckdb_columns() WHERE table_name = '%s' AND column_name = '%s'"
                  .formatted(table, column))) {
        assertTrue(rows.next());
        return rows.getString(1);
      }
    }
  }

  @Test
  void everyWordOfTheModelIsALabelOfItsColumn() throws SQLException {
    assertEquals(
        "ENUM(" + labels(Stream.of(MessageType.values()).map(MessageType::name)) + ")",
        typeOf("messages", "type"));
    assertEquals(
        "ENUM(" + labels(Stream.of(ThreadState.values()).map(ThreadState::text)) + ")",
        typeOf("intervals", "state"));
    assertEquals(
        "ENUM("
            + labels(Stream.of(FaultKind.values()).map(k -> k.name().toLowerCase(Locale.ROOT)))
            + ")",
        typeOf("faults", "kind"));
    assertEquals(
        "ENUM(" + labels(Outcome.codes().stream().map(Outcome::name)) + ")",
        typeOf("faults", "result"));
  }
}
