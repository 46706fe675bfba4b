package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.cli.LeftOvers;

/**
 * {@code kill -9} at any moment: a trace is readable up to its last batch and says that it is
 * incomplete, a store has every finished run and no half one, other results are whole or not there;
 * no process is left over, the same command works again, and after it no temporary file is left.
 */
@Tag("end-to-end")
@Tag("reliability")
final class KillTest {
  private static final int KILLS = Integer.getInteger("reliability.kills", 2);

  @TempDir Path folder;

  private static List<String> words(String launcher, Object... arguments) {
    List<String> words = new ArrayList<>();
    words.add(Shell.home().resolve("bin/" + launcher).toString());
    Arrays.stream(arguments).map(Object::toString).forEach(words::add);
    return words;
  }

  private static void ok(Shell.Result result) {
    assertEquals(0, result.exitCode(), result.stderr());
  }

  /** Hidden names are those of what is not finished. */
  private static List<Path> hidden(Path where) throws IOException {
    try (Stream<Path> all = Files.list(where)) {
      return all.filter(each -> each.getFileName().toString().startsWith(".")).toList();
    }
  }

  private void assertTidy(KillSeries series) throws IOException {
    assertEquals(List.of(), hidden(folder), "left beside the result");
    try (Stream<Path> left = Files.list(series.temporary())) {
      assertEquals(List.of(), left.toList(), "left in the folder of temporary files");
    }
  }

  /** Whether the trace is complete; it can be read by all that read traces. */
  private static boolean readable(Path trace) throws IOException {
    Shell.Result info = InProcess.trace("info", "--json", trace);
    ok(info);
    Shell.Result check = InProcess.trace("check", trace);
    assertEquals(0, check.exitCode(), check.stdout() + check.stderr());
    ok(InProcess.trace("dump", trace, "--table", "threads", "--csv"));
    ok(InProcess.trace("dump", trace, "--limit", 5));
    return new ObjectMapper().readTree(info.stdoutBytes()).get("complete").asBoolean();
  }

  private List<String> record(Path trace) {
    Path counters = folder.resolve("counters");
    if (!Files.exists(counters)) {
      Shell.compile("counters", folder);
    }
    return words(
        "popcorn-trace", "record", "--force", "-o", trace, "--", counters, "packed", 2, 3000000);
  }

  @Test
  void theRecorder() throws Exception {
    Path trace = folder.resolve("t.ptrace");
    List<String> record = record(trace);
    KillSeries series = new KillSeries("popcorn-trace record", KILLS, folder);
    int[] seen = new int[2];
    series.run(
        record,
        () -> {},
        () -> {
          OurProcesses.assertNone(folder);
          if (Files.exists(trace)) {
            seen[readable(trace) ? 1 : 0]++;
          } else {
            assertTrue(Files.exists(folder.resolve(".t.ptrace.old")), "the old trace is gone");
          }
          assertEquals(0, series.whole(record), series.stderr());
          assertTrue(readable(trace), "the same command again");
          assertTidy(series);
        });
    series.tell(
        seen[0] + " traces incomplete and readable, " + seen[1] + " whole, no process left");
  }

  /** The traced process, that is, Valgrind's with the program in it; null before it is there. */
  private ProcessHandle traced(Process recorder, Path program) {
    return recorder
        .descendants()
        .filter(each -> OurProcesses.commandLine(each).contains("--tool=poptrace"))
        .filter(each -> OurProcesses.commandLine(each).contains(program.toString()))
        .findFirst()
        .orElse(null);
  }

  private ProcessHandle awaitTraced(Process recorder) throws InterruptedException {
    while (recorder.isAlive()) {
      ProcessHandle traced = traced(recorder, folder.resolve("counters"));
      if (traced != null) {
        return traced;
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return null;
  }

  @Test
  void theTracedProgramWithItsCaptureTool() throws Exception {
    Path trace = folder.resolve("t.ptrace");
    List<String> record = record(trace);
    KillSeries series = new KillSeries("the traced program", KILLS, folder);
    Process first = series.start(record);
    awaitTraced(first);
    long begin = System.nanoTime();
    assertEquals(0, KillSeries.codeOf(first), series.stderr());
    long lifeNanos = System.nanoTime() - begin;
    boolean[] alive = new boolean[1];
    int[] code = new int[1];
    int[] incomplete = new int[1];
    series.run(
        record,
        () -> {},
        (process, share) -> {
          ProcessHandle traced = awaitTraced(process);
          TimeUnit.NANOSECONDS.sleep((long) (share * lifeNanos));
          alive[0] = traced != null && traced.isAlive() && traced.destroyForcibly();
          code[0] = KillSeries.codeOf(process);
          return alive[0] && code[0] != 0;
        },
        () -> {
          OurProcesses.assertNone(folder);
          assertTrue(code[0] == 128 + 9 || code[0] == 0, "exit " + code[0] + series.stderr());
          boolean complete = readable(trace);
          assertEquals(code[0] == 0, complete, "complete; exit " + code[0]);
          incomplete[0] += complete ? 0 : 1;
          assertTidy(series);
          assertEquals(0, series.whole(record), series.stderr());
          assertTrue(readable(trace), "the same command again");
        });
    series.tell(
        incomplete[0] + " traces incomplete and readable, record ended with 137 by itself each");
  }

  private Path lockTrace(int rounds) {
    Path trace = folder.resolve("lock.ptrace");
    ok(
        InProcess.trace(
            "generate", "lock", "--threads", 4, "--rounds", rounds, "--pages", 3, "-o", trace));
    return trace;
  }

  /** One hash for each run. */
  private static List<String> hashes(Path store) {
    Shell.Result result = InProcess.sql(store, "--content-hash");
    ok(result);
    return result.stdout().lines().map(line -> line.replaceAll("run [0-9]+ ", "")).toList();
  }

  @Test
  void aReplayThatStoresItsRun() throws Exception {
    Path trace = lockTrace(500);
    Path store = folder.resolve("runs.duckdb");
    Object[] arguments = {"--nodes", 3, "--placement", "round-robin", "-o", store, trace};
    Path whole = folder.resolve("whole.duckdb");
    ok(InProcess.replay("-q", "--nodes", 3, "--placement", "round-robin", "-o", whole, trace));
    String expected = hashes(whole).get(0);
    KillSeries series = new KillSeries("popcorn-replay -o", KILLS, folder);
    int[] runs = new int[3];
    series.run(
        words("popcorn-replay", arguments),
        () -> {
          // Every sixth time there is no store yet.
          if (runs[0] % 6 == 0) {
            Files.deleteIfExists(store);
            Files.deleteIfExists(folder.resolve("runs.duckdb.wal"));
            runs[1] = 0;
          }
          runs[0]++;
        },
        () -> {
          boolean said = series.stderr().contains("wrote run");
          List<String> kept = Files.exists(store) ? hashes(store) : List.of();
          assertTrue(
              kept.size() == runs[1] + 1 || (kept.size() == runs[1] && !said),
              "runs before=" + runs[1] + ", after=" + kept.size() + ", said: " + series.stderr());
          ok(InProcess.replay(arguments));
          List<String> after = hashes(store);
          assertEquals(kept.size() + 1, after.size(), "the same command again");
          assertTrue(after.stream().allMatch(expected::equals), "a half run");
          runs[1] = after.size();
          runs[2] += after.size();
          assertFalse(Files.exists(folder.resolve("runs.duckdb.wal")), "a log is left");
          assertTidy(series);
        });
    series.tell(runs[2] + " contents of runs hashed, all whole");
  }

  private Path storeOf(int runs) {
    Path trace = lockTrace(100);
    Path store = folder.resolve("s.duckdb");
    for (int i = 0; i < runs; i++) {
      ok(InProcess.replay("-q", "--nodes", i + 1, "-o", store, trace));
    }
    return store;
  }

  @Test
  void anExportOfParquetFiles() throws Exception {
    Path store = storeOf(3);
    List<String> expected = hashes(store);
    Path exported = folder.resolve("parquet");
    Object[] arguments = {store, "--export-parquet", exported};
    KillSeries series = new KillSeries("popcorn-sql --export-parquet", KILLS, folder);
    int[] whole = new int[1];
    series.run(
        words("popcorn-sql", arguments),
        () -> LeftOvers.remove(exported),
        () -> {
          for (int run = 1; run <= expected.size(); run++) {
            Path one = exported.resolve("run-00000" + run);
            if (Files.exists(one)) {
              assertEquals(List.of(expected.get(run - 1)), hashes(one));
              whole[0]++;
            }
          }
          ok(InProcess.sql(arguments));
          assertEquals(expected, hashes(exported), "the same command again");
          assertEquals(List.of(), hidden(exported));
          assertTidy(series);
        });
    series.tell(whole[0] + " runs were there after the kills, all whole");
  }

  @Test
  void aReport() throws Exception {
    Path store = storeOf(2);
    Path report = folder.resolve("report");
    Object[] arguments = {store, "-o", report};
    KillSeries series = new KillSeries("popcorn-report", KILLS, folder);
    ok(InProcess.report(arguments));
    long pictures = pictures(report);
    int[] whole = new int[1];
    series.run(
        words("popcorn-report", arguments),
        () -> {},
        () -> {
          if (Files.exists(report)) {
            assertEquals(pictures, pictures(report));
            whole[0]++;
          } else {
            // Between two renames: the old one gets its name back at the next start.
            assertFalse(hidden(folder).isEmpty(), "the old report is gone");
          }
          ok(InProcess.report(arguments));
          assertEquals(pictures, pictures(report), "the same command again");
          assertTidy(series);
        });
    series.tell(whole[0] + " times a whole report was there after it");
  }

  /** How many pictures a whole report has. */
  private static long pictures(Path report) throws IOException {
    assertTrue(Files.readString(report.resolve("index.html")).strip().endsWith("</html>"));
    try (Stream<Path> files = Files.list(report)) {
      return files.filter(file -> file.toString().endsWith(".png")).count();
    }
  }

  @Test
  void aTraceThatIsGenerated() throws Exception {
    Path trace = folder.resolve("g.ptrace");
    Object[] arguments = {"generate", "random", "--rounds", 30000, "--force", "-o", trace};
    KillSeries series = new KillSeries("popcorn-trace generate", KILLS, folder);
    int[] whole = new int[1];
    series.run(
        words("popcorn-trace", arguments),
        () -> {},
        () -> {
          if (Files.exists(trace)) {
            assertTrue(readable(trace), "half a trace has the name of a whole one");
            whole[0]++;
          } else {
            assertTrue(Files.exists(folder.resolve(".g.ptrace.old")), "the old trace is gone");
          }
          ok(InProcess.trace(arguments));
          assertTrue(readable(trace), "the same command again");
          assertTidy(series);
        });
    series.tell(whole[0] + " times a whole trace was there after it");
  }

  @Test
  void aTraceThatIsExported() throws Exception {
    Path trace = lockTrace(1500);
    Path file = folder.resolve("perfetto.json");
    Object[] arguments = {"export", "--to", "perfetto", trace, "--force", "-o", file};
    ok(InProcess.trace(arguments));
    byte[] expected = Files.readAllBytes(file);
    KillSeries series = new KillSeries("popcorn-trace export", KILLS, folder);
    series.run(
        words("popcorn-trace", arguments),
        () -> {},
        () -> {
          assertTrue(Arrays.equals(expected, Files.readAllBytes(file)), "not the whole file");
          ok(InProcess.trace(arguments));
          assertTrue(Arrays.equals(expected, Files.readAllBytes(file)), "the same command again");
          assertTidy(series);
        });
    series.tell("the file was whole each time");
  }
}
