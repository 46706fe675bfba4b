package org.popcornreplay.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popcornreplay.traces.cli.ExitCode;
import picocli.CommandLine;

/** Wrong input gets one line and its exit code; nothing that is not a report is written over. */
final class ReportCommandTest {
  @TempDir private Path folder;

  private Path someRuns() throws Exception {
    Path store = folder.resolve("runs.duckdb");
    try (StoreFixture runs = StoreFixture.create(store)) {
      runs.addRun(1, 2, 2, 400, "messages");
      runs.addRun(2, 4, 2, 400, "messages");
    }
    return store;
  }

  private record Answer(int exitCode, String err) {}

  private static Answer run(Object... words) {
    String[] args = Stream.of(words).map(String::valueOf).toArray(String[]::new);
    java.io.PrintStream before = System.err;
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    System.setErr(new java.io.PrintStream(bytes, true, java.nio.charset.StandardCharsets.UTF_8));
    try {
      int code = ReportCommand.run(args);
      return new Answer(code, bytes.toString(java.nio.charset.StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  private static void assertFails(int exitCode, String part, Answer answer) {
    assertEquals(exitCode, answer.exitCode(), answer.err());
    assertTrue(answer.err().contains(part), answer.err());
    assertEquals(1, answer.err().strip().lines().count(), answer.err());
  }

  @Test
  void shouldNameAStoreThatIsMissing() {
    assertFails(
        ExitCode.BAD_INPUT,
        "none.duckdb does not exist",
        run(folder.resolve("none.duckdb"), "-o", folder.resolve("out")));
  }

  @Test
  void shouldNameAFileThatIsNoStore() throws Exception {
    Path text = Files.writeString(folder.resolve("runs.duckdb"), "not a store, but long enough\n");
    assertFails(ExitCode.BAD_INPUT, "is not a DuckDB file", run(text, "-o", folder.resolve("out")));
  }

  @Test
  void shouldRefuseACutStore() throws Exception {
    Path store = someRuns();
    byte[] bytes = Files.readAllBytes(store);
    Files.write(store, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertEquals(ExitCode.BAD_INPUT, run(store, "-o", folder.resolve("out")).exitCode());
  }

  @Test
  void shouldSayThatAStoreHasNoRuns() throws Exception {
    Path store = folder.resolve("empty.duckdb");
    StoreFixture.create(store).close();
    assertFails(ExitCode.BAD_INPUT, "runs=0", run(store, "-o", folder.resolve("out")));
  }

  @Test
  void shouldNameARunThatIsNotThere() throws Exception {
    Path out = folder.resolve("out");
    assertFails(ExitCode.USAGE, "--run=9, expected", run(someRuns(), "-o", out, "--run", "9"));
    assertTrue(Files.notExists(out));
  }

  @Test
  void shouldNotCompareARunWithItself() throws Exception {
    assertFails(
        ExitCode.USAGE,
        "--compare=1 1, expected two different runs",
        run(someRuns(), "-o", folder.resolve("out"), "--compare", "1", "1"));
  }

  @Test
  void shouldNotTouchAFolderThatIsNoReport() throws Exception {
    Path out = Files.createDirectory(folder.resolve("thesis"));
    Files.writeString(out.resolve("chapter1.txt"), "years of work");
    Path store = someRuns();
    assertFails(ExitCode.USAGE, "found=a folder with other files", run(store, "-o", out));
    assertEquals("years of work", Files.readString(out.resolve("chapter1.txt")));
    assertEquals(ExitCode.DONE, run(store, "-o", out, "--force").exitCode());
    assertTrue(Files.exists(out.resolve("index.html")));
    assertTrue(Files.notExists(out.resolve("chapter1.txt")));
  }

  @Test
  void shouldReplaceAnOlderReportAndLeaveNothingBeside() throws Exception {
    Path store = someRuns();
    Path out = folder.resolve("with blank and ü/report");
    assertEquals(ExitCode.DONE, run(store, "-o", out).exitCode());
    Files.writeString(out.resolve("old-chart.png"), "old");
    assertEquals(ExitCode.DONE, run(store, "-o", out).exitCode());
    assertTrue(Files.notExists(out.resolve("old-chart.png")));
    try (Stream<Path> beside = Files.list(out.getParent())) {
      assertEquals(List.of(out), beside.toList());
    }
  }

  @Test
  void shouldNotWriteOverAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("out"), "mine");
    assertFails(ExitCode.USAGE, "found=a file or link", run(someRuns(), "-o", file, "--force"));
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void shouldNeedAFolderToWriteTo() throws Exception {
    assertEquals(ExitCode.USAGE, run(someRuns()).exitCode());
  }

  @Test
  void shouldOpenNoFileFromWithinAStore() throws Exception {
    Path store = someRuns();
    Path secret = Files.writeString(folder.resolve("secret.csv"), "run_id\n1\n");
    try (StoreFixture runs = StoreFixture.open(store)) {
      runs.sql("ALTER TABLE traffic RENAME TO traffic_before");
      runs.sql(
          "CREATE VIEW traffic AS SELECT 1 AS run_id, content AS type, 0 AS src, 1 AS dst, 1 AS message_count, 1 AS bytes"
              + " FROM read_text('"
              + secret
              + "')");
    }
    Answer answer = run(store, "-o", folder.resolve("out"), "--run", "1");
    assertFails(ExitCode.BAD_INPUT, "file system operations are disabled", answer);
  }

  /** A store may be damaged or made by a stranger; that is never a defect of the report. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "runs SET speedup = 'inf'::DOUBLE, baseline_ns = 9223372036854775807",
        "runs SET speedup = 'nan'::DOUBLE, simulated_ns = 0",
        "runs SET simulated_ns = -9223372036854775808, nodes = -1",
        "runs SET simulated_ns = 9223372036854775807, nodes = 2147483647",
        "runs SET page_bytes = 0, cores = NULL, record_level = NULL",
        "threads SET compute_ns = 9223372036854775807, fault_ns = -1",
        "messages SET sent_ns = 9223372036854775807, page = -5",
        "messages SET sent_ns = -9223372036854775808, src = -1, dst = NULL",
        "faults SET end_ns = -1, kind = NULL, page = NULL",
        "traffic SET src = 2147483647, message_count = NULL",
        "pages SET fault_ns = 0, sharing = NULL, object = NULL",
        "intervals SET end_ns = -9223372036854775808, node = 2147483647"
      })
  void shouldNeverCallOddNumbersADefect(String update) throws Exception {
    Path store = someRuns();
    try (StoreFixture runs = StoreFixture.open(store)) {
      runs.sql("UPDATE " + update);
    }
    Answer answer = run(store, "-o", folder.resolve("out"), "--compare", "1", "2");
    assertTrue(
        answer.exitCode() == ExitCode.DONE || answer.exitCode() == ExitCode.BAD_INPUT,
        answer.err());
    assertEquals(1, answer.err().strip().lines().count(), answer.err());
  }

  @Test
  void shouldHelp() {
    StringWriter text = new StringWriter();
    CommandLine line = new CommandLine(new ReportCommand());
    line.usage(new PrintWriter(text, true));
    assertTrue(text.toString().contains("RUNS.duckdb"), text.toString());
    assertEquals(ExitCode.DONE, ReportCommand.run("--version"));
  }
}
