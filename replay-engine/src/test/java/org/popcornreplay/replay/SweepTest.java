package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.LeftOvers;
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;
import picocli.CommandLine;

class SweepTest {
  private record Ended(int exitCode, String out, String err) {
    List<JsonNode> rows() throws IOException {
      List<JsonNode> rows = new ArrayList<>();
      for (String line : out.lines().toList()) {
        rows.add(new ObjectMapper().readTree(line));
      }
      return rows;
    }
  }

  @TempDir Path dir;

  @BeforeEach
  void generate() throws IOException {
    GeneratedTrace.write(
        dir.resolve("lock"), Pattern.LOCK, new PatternOptions(3, 1, 20, 100, 0, 1));
    GeneratedTrace.write(
        dir.resolve("sharing"), Pattern.FALSE_SHARING, new PatternOptions(2, 1, 20, 100, 0, 1));
  }

  private Path plan(String text) throws IOException {
    return Files.writeString(dir.resolve("plan.yaml"), text);
  }

  private static Ended run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(new ReplayCommand());
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    line.setExecutionExceptionHandler(
        (e, commandLine, result) -> {
          if (e instanceof CommandException ce) {
            commandLine.getErr().println(ce.getMessage());
            return ce.exitCode();
          }
          throw e;
        });
    int code = line.execute(Stream.of(args).map(Object::toString).toArray(String[]::new));
    return new Ended(code, out.toString(), err.toString());
  }

  private Ended sweep(Path plan, String... more) {
    List<Object> args = new ArrayList<>(List.of("sweep", plan, "-o", dir.resolve("out"), "--json"));
    args.addAll(List.of(more));
    return run(args.toArray());
  }

  @Test
  void everyCombinationIsTheRunThatTheCommandAloneMakes() throws IOException {
    Path plan =
        plan(
            """
            trace: [lock, sharing]
            nodes: [1, 3]
            placement: [block, round-robin]
            order: [elastic, recorded]
            seed: 7
            set:
              - []
              - [link_latency=40000]
            """);
    Ended ended = sweep(plan, "--jobs", "3");
    assertEquals(0, ended.exitCode(), ended.err());
    List<JsonNode> rows = ended.rows();
    assertEquals(2 * 2 * 2 * 2 * 2, rows.size());
    int differing = 0;
    for (int i = 0; i < rows.size(); i += 5) {
      JsonNode row = rows.get(i);
      List<Object> args = new ArrayList<>(List.of("--quiet", "--json"));
      args.addAll(List.of("--nodes", row.path("nodes").asText()));
      args.addAll(List.of("--placement", row.path("placement").asText()));
      args.addAll(List.of("--order", row.path("order").asText()));
      args.addAll(List.of("--seed", row.path("seed").asText()));
      if (!row.path("options").asText().isEmpty()) {
        args.addAll(List.of("--set", row.path("options").asText()));
        differing++;
      }
      args.add(dir.resolve(i < rows.size() / 2 ? "lock" : "sharing"));
      JsonNode alone = new ObjectMapper().readTree(run(args.toArray()).out());
      for (String key : List.of("simulated_ns", "baseline_ns", "message_count", "message_bytes")) {
        assertEquals(alone.path(key), row.path(key), key + " of " + row);
      }
    }
    assertTrue(differing > 0, "a variant is among them");
  }

  @Test
  void resultsDoNotDependOnTheNumberOfWorkers() throws IOException {
    Path plan = plan("{trace: lock, nodes: [1, 3], seed: 1..3, profile: oracle-vm}");
    String one = sweep(plan, "--jobs", "1").out();
    LeftOvers.remove(dir.resolve("out"));
    assertEquals(one, sweep(plan, "--jobs", "4").out());
    assertEquals(6, one.lines().count());
  }

  @Test
  void plansOfSeveralMachinesMayNumberTheirRunsApart() throws IOException {
    Ended ended = sweep(plan("{trace: lock, nodes: [1, 2], first_run: 41}"));
    assertEquals(
        List.of(41, 42), ended.rows().stream().map(r -> r.path("run_id").asInt()).toList());
  }

  @Test
  void resumingDoesOnlyWhatIsMissing() throws IOException {
    Path plan = plan("{trace: lock, nodes: [1, 2, 3]}");
    Ended first = sweep(plan);
    Path kept = dir.resolve("out/run-000001/runs.parquet");
    var before = Files.getLastModifiedTime(kept);
    LeftOvers.remove(dir.resolve("out/run-000003"));
    Files.createDirectories(dir.resolve("out/.run-000003.tmp"));
    Ended again = sweep(plan, "--resume");
    assertEquals(0, again.exitCode(), again.err());
    assertEquals(first.out(), again.out());
    assertEquals(before, Files.getLastModifiedTime(kept));
    assertFalse(Files.exists(dir.resolve("out/.run-000003.tmp")));
  }

  @Test
  void aFolderOfAnotherPlanOrAnotherKindIsLeftAlone() throws IOException {
    sweep(plan("{trace: lock, nodes: [1, 2]}"));
    Ended unasked = sweep(plan("{trace: lock, nodes: [1, 2]}"));
    assertEquals(3, unasked.exitCode());
    assertTrue(unasked.err().contains("expected a new one or --resume"), unasked.err());
    Ended other = sweep(plan("{trace: lock, nodes: [1, 3]}"), "--resume");
    assertEquals(3, other.exitCode());
    assertTrue(other.err().contains("run 2="), other.err());
    Path foreign = Files.createDirectories(dir.resolve("foreign"));
    Files.writeString(foreign.resolve("mine.txt"), "mine");
    Ended ended = run("sweep", dir.resolve("plan.yaml"), "-o", foreign);
    assertEquals(3, ended.exitCode());
    assertTrue(ended.err().contains("is not empty"), ended.err());
    assertEquals(1, foreign.toFile().list().length);
  }

  @Test
  void twoSweepsDoNotWriteOneFolderAtOnce() throws IOException {
    Path plan = plan("{trace: lock, nodes: 1}");
    sweep(plan);
    try (FileChannel held = FileChannel.open(dir.resolve("out/.lock"), StandardOpenOption.WRITE);
        var lock = held.lock()) {
      assertTrue(lock.isValid());
      Ended ended = sweep(plan, "--resume");
      assertEquals(3, ended.exitCode());
      assertTrue(ended.err().contains("is being written"), ended.err());
    }
  }

  @Test
  void aRunThatCannotGoOnIsNotedAndTheOthersGoOn() throws IOException {
    Path placement = Files.writeString(dir.resolve("p.yaml"), "threads: {\"9\": 1}");
    Ended ended =
        sweep(
            plan("{trace: lock, nodes: 2, placement: ['file:" + placement + "', block, origin]}"));
    assertEquals(3, ended.exitCode(), ended.err());
    assertEquals(2, ended.rows().size());
    assertTrue(ended.err().contains("run 1 (trace="), ended.err());
    JsonNode failed =
        new ObjectMapper().readTree(Files.readAllBytes(dir.resolve("out/failed.json")));
    assertEquals(1, failed.size());
    assertEquals(3, failed.path(0).path("exit_code").asInt());
    Files.writeString(placement, "threads: {\"*\": 1}");
    Ended again = sweep(dir.resolve("plan.yaml"), "--resume");
    assertEquals(0, again.exitCode(), again.err());
    assertEquals(3, again.rows().size());
    assertFalse(Files.exists(dir.resolve("out/failed.json")));
  }

  @Test
  void aPlanThatCannotBeUsedIsRefusedInOneLineBeforeAnythingRuns() throws IOException {
    String[][] wrong = {
      {"{nodes: 2}", "trace=none"},
      {"{trace: lock}", "nodes=none"},
      {"{trace: lock, nodes: 2, node: 3}", "key=node"},
      {"{trace: lock, nodes: two}", "nodes="},
      {"{trace: lock, nodes: 4..2}", "nodes=4..2"},
      {"{trace: lock, nodes: 1..2000}", "--nodes=1025"},
      {"{trace: lock, nodes: 1..1000, seed: 1..1001}", "runs=more than"},
      {"{trace: lock, nodes: 2, placement: anywhere}", "--placement=anywhere"},
      {"{trace: lock, nodes: 2, order: both}", "order=both"},
      {"{trace: lock, nodes: 2, set: NOTHING=1}", "run 1: --set"},
      {"{trace: lock, nodes: 2, set: {a: b}}", "set="},
      {"{trace: nowhere, nodes: 2}", "nowhere"},
      {"{trace: lock, nodes: 2, first_run: 0}", "first_run=[0]"},
      {"[1, 2]", "no mapping"},
      {"{trace: [", "line="},
      {"{trace: lock, nodes: 2, record: everything}", "--record=everything"},
    };
    for (String[] each : wrong) {
      Ended ended = sweep(plan(each[0]));
      assertTrue(ended.exitCode() == 2 || ended.exitCode() == 3, each[0]);
      assertTrue(ended.err().contains(each[1]), each[0] + ": " + ended.err());
      assertEquals(1, ended.err().lines().count(), ended.err());
      assertFalse(Files.exists(dir.resolve("out")), each[0]);
    }
  }
}
