package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Full disks, closed pipes, odd names, other users: the commands work, or say in one line what is
 * wrong, and leave nothing half.
 */
@Tag("end-to-end")
@Tag("reliability")
final class SurroundingsTest {
  private static final String NOBODY = "65534";
  private static final long PATIENCE_SECONDS = 120;

  @TempDir static Path shared;
  private static Path trace;
  private static Path store;
  private static int tried;

  @TempDir Path folder;

  @BeforeAll
  static void prepare() throws IOException {
    trace = shared.resolve("t.ptrace");
    store = shared.resolve("s.duckdb");
    ok(Shell.popcorn("popcorn-trace", "generate", "lock", "--rounds", 400, "-o", trace));
    ok(Shell.popcorn("popcorn-replay", "-q", "--nodes", 2, "-o", store, trace));
    Shell.compile("counters", shared);
    // Another user may look at all of it.
    shell(shared, Map.of(), "chmod -R a+rX .");
  }

  @AfterAll
  static void tell() {
    Figures.say("odd surroundings", "commands tried=%d", tried);
  }

  private static Shell.Result shell(Path in, Map<String, String> environment, String script) {
    tried++;
    return Shell.run(
        in,
        new byte[0],
        environment,
        List.of("bash", "-c", "PATH=" + Shell.home().resolve("bin") + ":$PATH; " + script));
  }

  private Shell.Result shell(String script) {
    return shell(folder, Map.of(), script);
  }

  private static void ok(Shell.Result result) {
    assertEquals(0, result.exitCode(), result.stdout() + result.stderr());
  }

  private static void refused(int exitCode, String mention, Shell.Result result) {
    assertEquals(exitCode, result.exitCode(), result.stdout() + result.stderr());
    assertEquals(1, result.stderr().lines().count(), result.stderr());
    assertTrue(result.stderr().contains(mention), result.stderr());
    assertFalse(result.stderr().contains("Exception"), result.stderr());
  }

  private List<String> left() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  // --- full disks ------------------------------------------------------------------------------

  @Test
  void aDiskThatGetsFull() throws IOException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Shell.Result mounted = shell("mount -t tmpfs -o size=192k popcorn-test " + disk);
    assumeTrue(mounted.exitCode() == 0, "a small file system needs root");
    try {
      String generate =
          "popcorn-trace generate random --rounds 200000 --pages 4096 -o disk/g.ptrace";
      refused(3, "disk/g.ptrace: cannot be written", shell(generate));
      refused(3, "disk/s.duckdb", shell("popcorn-replay --nodes 2 -o disk/s.duckdb " + trace));
      refused(3, "disk/r", shell("popcorn-report " + store + " -o disk/r"));
      refused(3, "disk/p", shell("popcorn-sql " + store + " --export-parquet disk/p"));
      refused(
          3, "disk/e.json", shell("popcorn-trace export --to perfetto -o disk/e.json " + trace));
      Shell.Result left = shell("find disk -mindepth 1");
      // A store without a run may stay, with DuckDB's log; it opens.
      assertEquals("", left.stdout().replaceAll("disk/(p|s\\.duckdb|s\\.duckdb\\.wal)\n", ""));
      assertEquals(
          "n\n0\n",
          shell("popcorn-sql disk/s.duckdb 'SELECT count(*) AS n FROM runs' --csv").stdout());
      // A recording keeps what it could write.
      shell("rm -rf disk/s.duckdb disk/s.duckdb.wal disk/p");
      Shell.Result recorded =
          shell(
              "popcorn-trace record --detail full -o disk/t.ptrace -- gzip -c "
                  + Shell.home().resolve("docs/performance.md")
                  + " > /dev/null");
      refused(3, "disk/t.ptrace: cannot be recorded", recorded);
      Shell.Result info = shell("popcorn-trace info --json disk/t.ptrace");
      ok(info);
      assertTrue(info.stdout().replace(" ", "").contains("\"complete\":false"), info.stdout());
    } finally {
      shell("umount " + disk);
    }
  }

  @Test
  void aFileThatMustNotGrow() {
    // 64 KiB a file; Java's own flags keep the JVM from writing larger ones.
    String small = "ulimit -f 64; POPCORN_JAVA_OPTS=-XX:-UsePerfData ";
    refused(
        3,
        "g.ptrace: cannot be written",
        shell(small + "popcorn-trace generate random --rounds 400000 -o g.ptrace"));
    refused(3, "s.duckdb", shell(small + "popcorn-replay --nodes 2 -o s.duckdb " + trace));
  }

  private static List<String> someStandardOutputOnAFullDisk() {
    return Figures.some(
        2,
        "popcorn-trace dump TRACE",
        "popcorn-sql STORE messages",
        "popcorn-trace info TRACE",
        "popcorn-replay --nodes 2 TRACE");
  }

  @ParameterizedTest
  @MethodSource("someStandardOutputOnAFullDisk")
  void standardOutputOnAFullDisk(String command) {
    String words = command.replace("TRACE", trace.toString()).replace("STORE", store + " --csv");
    Shell.Result result = shell(words + " > /dev/full");
    assertEquals(3, result.exitCode(), result.stderr());
    assertTrue(result.stderr().contains("stdout: cannot be written"), result.stderr());
    assertFalse(result.stderr().contains("Exception"), result.stderr());
  }

  // --- streams ---------------------------------------------------------------------------------

  private static List<String> someWhoReadsTheFirstLineOnlyIsNoFault() {
    return Figures.some(
        2,
        "popcorn-trace dump TRACE",
        "popcorn-sql STORE 'FROM messages' --csv",
        "popcorn-trace dump TRACE --json",
        "popcorn-replay --nodes 2 --popcorn-stat TRACE",
        "popcorn-replay profiles defaults");
  }

  @ParameterizedTest
  @MethodSource("someWhoReadsTheFirstLineOnlyIsNoFault")
  void whoReadsTheFirstLineOnlyIsNoFault(String command) {
    String words = command.replace("TRACE", trace.toString()).replace("STORE", store.toString());
    Shell.Result result = shell(words + " | head -1; echo ${PIPESTATUS[0]}");
    List<String> lines = result.stdout().lines().toList();
    assertEquals(2, lines.size(), result.stdout() + result.stderr());
    assertEquals("0", lines.get(1), result.stderr());
    assertFalse(result.stderr().contains("Exception"), result.stderr());
    assertFalse(result.stderr().contains("cannot"), result.stderr());
  }

  @Test
  void closedStreams() {
    Shell.Result record =
        shell("popcorn-trace record -o c.ptrace -- /bin/true <&- >&- 2>&-; echo $?");
    assertEquals("0\n", record.stdout());
    ok(shell("popcorn-trace check c.ptrace"));
    ok(shell("popcorn-replay --nodes 2 -o c.duckdb " + trace + " <&- 2>&-"));
    ok(shell("popcorn-sql c.duckdb summary <&-"));
  }

  @Test
  void withoutATerminalOrWithOne() {
    Shell.Result without =
        shell("setsid popcorn-trace record -o a.ptrace -- /bin/true < /dev/null");
    ok(without);
    assertFalse(without.stderr().contains("\r"), without.stderr());
    ok(shell("script -qec 'popcorn-trace record -o b.ptrace -- /bin/true' /dev/null < /dev/null"));
    ok(shell("popcorn-trace check a.ptrace && popcorn-trace check b.ptrace"));
  }

  // --- names and environment -------------------------------------------------------------------

  private static List<String> someAFolderWithSpacesAndOtherLettersInOddEnvironments() {
    return Figures.some(
        2,
        "env LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 TZ=Asia/Kathmandu",
        "env -u HOME -u LANG -u TMPDIR -u TERM",
        "env LC_ALL=C",
        "env LC_ALL=C.UTF-8",
        "env JAVA_TOOL_OPTIONS='-Duser.language=tr -Duser.country=TR -Duser.timezone=Asia/Kathmandu'",
        "env HOME=/nonexistent XDG_CACHE_HOME=/tmp",
        "env TZ=nonsense LANG=nonsense",
        "env -i PATH=\"$PATH\"");
  }

  @ParameterizedTest
  @MethodSource("someAFolderWithSpacesAndOtherLettersInOddEnvironments")
  void aFolderWithSpacesAndOtherLettersInOddEnvironments(String environment) throws IOException {
    Path odd = Files.createDirectory(folder.resolve("dossier à côté \u0131İ ünï 'x' $y&z"));
    Files.copy(shared.resolve("counters"), odd.resolve("prögram 1"));
    Shell.Result result =
        shell(
            odd,
            Map.of(),
            "set -e; e() { "
                + environment
                + " \"$@\"; }\n"
                + "cp 'prögram 1' p2\n"
                + "e popcorn-trace record -o 'tr ü.ptrace' -- './prögram 1' packed 2 1000\n"
                + "e popcorn-trace check 'tr ü.ptrace'\n"
                + "e popcorn-replay --nodes 2 -o 'rün s.duckdb' 'tr ü.ptrace' > /dev/null\n"
                + "e popcorn-sql 'rün s.duckdb' \"SELECT program, simulated_ns FROM runs\" --csv\n"
                + "e popcorn-sql 'rün s.duckdb' --export-parquet 'pär qu et'\n"
                + "e popcorn-report 'rün s.duckdb' -o 'rap pört'\n"
                + "test -s 'rap pört/index.html'\n");
    assertEquals(0, result.exitCode(), result.stdout() + result.stderr());
    assertTrue(result.stdout().startsWith("2000\n"), result.stdout());
    assertTrue(result.stdout().contains("./prögram 1,"), result.stdout());
    assertFalse(result.stderr().contains("Exception"), result.stderr());
  }

  @Test
  void withoutHomeOrAPlaceForTemporaryFilesAnotherUserIsToldOrServed() throws IOException {
    assumeTrue(isRoot(), "another user needs root");
    String other =
        "setpriv --reuid "
            + NOBODY
            + " --regid "
            + NOBODY
            + " --clear-groups env HOME=/nonexistent ";
    assumeTrue(shell(other + "test -r " + trace).exitCode() == 0, "nobody may not look there");
    shell("chmod 755 .");
    // The folder is root's, so nobody cannot write into it.
    refused(3, "x.ptrace", shell(other + "popcorn-trace generate lock -o x.ptrace"));
    refused(3, "x.duckdb", shell(other + "popcorn-replay --nodes 2 -o x.duckdb " + trace));
    refused(3, "report", shell(other + "popcorn-report " + store + " -o report"));
    refused(3, "parquet", shell(other + "popcorn-sql " + store + " --export-parquet parquet"));
    refused(3, "x.ptrace", shell(other + "popcorn-trace record -o x.ptrace -- /bin/true"));
    ok(shell(other + "popcorn-sql " + store + " summary"));
    ok(shell(other + "popcorn-replay --nodes 2 " + trace));
    assertEquals(List.of(), left());
  }

  @Test
  void whatCannotWorkIsSaidInOneLine() throws IOException {
    refused(
        3,
        "TMPDIR=/nonexistent/x, expected a directory that can be written",
        shell("TMPDIR=/nonexistent/x popcorn-trace record -o x.ptrace -- /bin/true"));
    ok(shell("TMPDIR=/nonexistent/x popcorn-replay --nodes 2 " + trace));
    refused(
        3,
        "a;b.duckdb, expected a path without semicolons",
        shell("popcorn-replay --nodes 2 -o 'a;b.duckdb' " + trace));
    assertEquals(List.of(), left());
  }

  // --- two at once -----------------------------------------------------------------------------

  @Test
  void twoRecordingsIntoOnePlace() {
    Shell.Result result =
        shell(
            """
            popcorn-trace record -q -o t.ptrace -- sleep 8 & sleep 0.1
            for i in $(seq 600); do [ -e t.ptrace ] && break; sleep 0.1; done
            popcorn-trace record -q --force -o t.ptrace -- /bin/true; echo second $?
            wait %1; echo first $?""");
    assertEquals("second 2\nfirst 0\n", result.stdout(), result.stderr());
    assertTrue(result.stderr().contains("another command is writing it"), result.stderr());
    ok(shell("popcorn-trace check t.ptrace"));
  }

  @Test
  void twoReplaysIntoOneStoreBothStoreTheirRun() {
    Shell.Result result =
        shell(
            "for i in 1 2 3 4; do popcorn-replay --nodes $i -o s.duckdb "
                + trace
                + " > /dev/null & done\n"
                + "for job in $(jobs -p); do wait $job; echo $?; done\n"
                + "popcorn-sql s.duckdb 'SELECT count(*) AS n, count(DISTINCT nodes) AS d FROM runs' --csv");
    assertEquals("0\n0\n0\n0\nn,d\n4,4\n", result.stdout(), result.stderr());
    assertFalse(result.stderr().contains("Exception"), result.stderr());
  }

  // --- signals ---------------------------------------------------------------------------------

  /**
   * A process to which signals mean something, also where a shell started the tests in the
   * background.
   */
  private Process start(String script) throws IOException {
    tried++;
    String bin = "PATH=" + Shell.home().resolve("bin") + ":$PATH; ";
    return new ProcessBuilder("bash", "-c", bin + "exec env --default-signal=INT,TERM " + script)
        .directory(folder.toFile())
        .redirectOutput(folder.resolve("said").toFile())
        .redirectError(folder.resolve("noted").toFile())
        .start();
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void anInterruptedReplayLeavesTheStoreAsItWas(String signal) throws Exception {
    Path large = folder.resolve("large.ptrace");
    ok(InProcess.trace("generate", "lock", "--threads", 4, "--rounds", 400_000, "-o", large));
    Path runs = Files.copy(store, folder.resolve("runs.duckdb"));
    String before = InProcess.sql(runs, "--content-hash").stdout();
    Process process = start("popcorn-replay --nodes 4 --progress -o " + runs + " " + large);
    // The run itself, which comes behind its baseline, has said how far it is.
    await(process, () -> Files.readString(folder.resolve("noted")).contains("\rreplay:"));
    ok(shell("kill -s " + signal + " " + process.pid()));
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
    assertEquals(128 + (signal.equals("INT") ? 2 : 15), process.exitValue());
    assertEquals(before, InProcess.sql(runs, "--content-hash").stdout());
    String noted = Files.readString(folder.resolve("noted"));
    assertFalse(noted.contains("Exception"), noted);
    assertEquals(
        List.of("large.ptrace", "noted", "runs.duckdb", "said"), left(), "left beside the store");
  }

  @Test
  void aTerminatedRecordingIsFinished() throws Exception {
    Process process =
        start(
            "popcorn-trace record -o t.ptrace -- "
                + shared.resolve("counters")
                + " packed 2 2000000000");
    await(process, () -> Files.exists(folder.resolve("t.ptrace")));
    TimeUnit.MILLISECONDS.sleep(1500);
    ok(shell("kill -s TERM " + process.pid()));
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
    assertEquals(128 + 15, process.exitValue(), Files.readString(folder.resolve("noted")));
    OurProcesses.assertNone(folder);
    ok(InProcess.trace("check", folder.resolve("t.ptrace")));
    assertEquals(List.of("noted", "said", "t.ptrace"), left());
  }

  /** Something that becomes true. */
  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Process process, Condition condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.holds()) {
      assertTrue(process.isAlive() && System.nanoTime() < deadline, "it never happened");
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  // --- small limits ----------------------------------------------------------------------------

  private static List<String> someSmallLimitsOfTheProcess() {
    return Figures.some(1, "ulimit -n 64", "ulimit -v 6000000", "ulimit -u 200000");
  }

  @ParameterizedTest
  @MethodSource("someSmallLimitsOfTheProcess")
  void smallLimitsOfTheProcess(String limit) {
    List<String> commands = new ArrayList<>();
    commands.add("popcorn-trace record -o t.ptrace -- /bin/true");
    commands.add("popcorn-trace check t.ptrace");
    commands.add("popcorn-replay --nodes 2 -o s.duckdb " + trace);
    commands.add("popcorn-sql s.duckdb summary");
    commands.add("popcorn-report s.duckdb -o r");
    for (String command : commands) {
      Shell.Result result = shell(limit + "; " + command);
      assertEquals(0, result.exitCode(), command + ": " + result.stderr());
      assertFalse(result.stderr().contains("Exception"), result.stderr());
    }
  }

  @Test
  void standardInputIsTheProgramsAlsoWhereItCannotBeRead() {
    Shell.Result result =
        Shell.run(
            folder,
            "one\ntwo\n".getBytes(StandardCharsets.UTF_8),
            Map.of(),
            List.of(
                Shell.home().resolve("bin/popcorn-trace").toString(),
                "record",
                "-q",
                "-o",
                "t.ptrace",
                "--",
                "cat"));
    assertEquals("one\ntwo\n", result.stdout(), result.stderr());
    Shell.Result closed = shell("popcorn-trace record -q -o u.ptrace -- cat 0>/dev/null; echo $?");
    assertEquals("1\n", closed.stdout(), closed.stderr());
  }
}
