package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;
import picocli.CommandLine;

class ReplayCommandTest {
  private record Ended(int exitCode, String out, String err) {}

  @TempDir Path dir;
  private String trace;

  @BeforeEach
  void generate() throws IOException {
    Path path = dir.resolve("lock");
    GeneratedTrace.write(path, Pattern.LOCK, new PatternOptions(2, 1, 20, 100, 0, 1));
    trace = path.toString();
  }

  /** As the frame does it, with the output caught. */
  private static Ended replay(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(new ReplayCommand());
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    line.setExecutionExceptionHandler(
        (e, commandLine, result) -> {
          if (e instanceof org.popcornreplay.traces.cli.CommandException ce) {
            commandLine.getErr().println(ce.getMessage());
            return ce.exitCode();
          }
          throw e;
        });
    int code = line.execute(args);
    return new Ended(code, out.toString(), err.toString());
  }

  @Test
  void jsonHasEveryKeyThatScriptsRelyOn() throws IOException {
    Ended ended = replay("--nodes", "2", "--quiet", "--json", trace);
    assertEquals(0, ended.exitCode(), ended.err());
    JsonNode json = new ObjectMapper().readTree(ended.out());
    for (String key :
        List.of(
            "run_id",
            "nodes",
            "seed",
            "trace_hash",
            "model_version",
            "profile",
            "placement",
            "transport",
            "simulated_ns",
            "baseline_ns",
            "speedup",
            "accesses",
            "events",
            "wall_ms",
            "messages",
            "faults",
            "migrations",
            "threads")) {
      assertTrue(json.has(key), key);
    }
    for (String key : List.of("read", "write", "upgrade", "retries")) {
      assertTrue(json.path("faults").has(key), key);
    }
    for (String key :
        List.of(
            "thread",
            "node",
            "compute_ns",
            "fault_ns",
            "futex_ns",
            "vma_ns",
            "migration_ns",
            "run_queue_ns")) {
      assertTrue(json.path("threads").path(0).has(key), key);
    }
    JsonNode migrate = json.path("messages").path("0>1").path("TASK_MIGRATE");
    assertEquals(1, migrate.path(0).asInt());
    assertEquals(1470, migrate.path(1).asInt());
  }

  @Test
  void wrongUsageEndsWithCode2AndOneLine() {
    for (String[] args :
        new String[][] {
          {"--nodes", "0", trace},
          {"--nodes", "1025", trace},
          {trace},
          {"--nodes", "2", "--profile", "nothing", trace},
          {"--nodes", "2", "--page-size", "100", trace},
          {"--nodes", "2", "--placement", "anywhere", trace},
          {"--nodes", "2", "--order", "random", trace},
          {"--nodes", "2", "--set", "page_copy", trace},
          {"--nodes", "2", "--set", "NO_SUCH=1", trace},
          {"--nodes", "2", "--transport", "pigeon", trace},
          {"--nodes", "2", "--record", "all", trace},
          {"--nodes", "2", "--set", "node.1.colour=2", trace},
          {"--nodes", "2", "--set", "node.1.speed=0", trace},
          {"--nodes", "2", "--set", "node.5000.cores=2", trace},
          {"--nodes", "2", "--set", "topology=ring", trace},
          {"--nodes", "2", "--set", "rack_nodes=0", trace},
          {"--nodes", "2"}
        }) {
      Ended ended = replay(args);
      assertEquals(2, ended.exitCode(), String.join(" ", args));
      assertEquals(1, ended.err().strip().lines().count(), ended.err());
    }
  }

  @Test
  void anUnreadableTraceEndsWithCode3() {
    assertEquals(3, replay("--nodes", "2", dir.resolve("none").toString()).exitCode());
  }

  @Test
  void popcornStatHasALineForEachTypeAndTheActionTable() {
    Ended ended = replay("--nodes", "2", "--quiet", "--popcorn-stat", trace);
    assertEquals(0, ended.exitCode(), ended.err());
    assertTrue(ended.out().contains("Total network I/O"));
    assertTrue(ended.out().contains("remote page"));
  }

  @Test
  void bothOrdersGiveBothTimesAndWhatLiesBetween() throws IOException {
    Ended ended = replay("--nodes", "2", "--quiet", "--json", "--order", "both", trace);
    assertEquals(0, ended.exitCode(), ended.err());
    JsonNode json = new ObjectMapper().readTree(ended.out());
    JsonNode elastic = json.path("orders").path("elastic");
    JsonNode recorded = json.path("orders").path("recorded");
    assertEquals(json.path("simulated_ns").asLong(), elastic.path("simulated_ns").asLong());
    Ended alone = replay("--nodes", "2", "--quiet", "--json", "--order", "recorded", trace);
    JsonNode aloneJson = new ObjectMapper().readTree(alone.out());
    assertEquals(aloneJson.path("simulated_ns").asLong(), recorded.path("simulated_ns").asLong());
    assertEquals(aloneJson.path("baseline_ns").asLong(), recorded.path("baseline_ns").asLong());
    double between =
        Math.abs(
            elastic.path("simulated_ns").asDouble() - recorded.path("simulated_ns").asDouble());
    assertEquals(
        between / elastic.path("simulated_ns").asDouble(),
        json.path("order_uncertainty").asDouble(),
        1e-12);
    String text = replay("--nodes", "2", "--quiet", "--order", "both", trace).out();
    assertTrue(text.lines().anyMatch(l -> l.matches("order +elastic .* ms .*recorded .* %")), text);
  }

  @Test
  void bothOrdersAreStoredAsTwoRuns() {
    String store = dir.resolve("runs.duckdb").toString();
    Ended ended =
        replay("--nodes", "2", "--json", "--order", "both", "--quiet", "-o", store, trace);
    assertEquals(0, ended.exitCode(), ended.err());
    assertTrue(ended.out().contains("\"elastic\":{\"run_id\":1"), ended.out());
    assertTrue(ended.out().contains("\"recorded\":{\"run_id\":2"), ended.out());
  }

  @Test
  void withoutABaselineTheRunIsTheSameAndHasNoSpeedup() throws Exception {
    String store = dir.resolve("runs.duckdb").toString();
    String[] asked = {"--nodes", "2", "--json", "--quiet", "-o", store, trace};
    ObjectNode with = (ObjectNode) new ObjectMapper().readTree(replay(asked).out());
    Ended ended = replay("--nodes", "2", "--json", "--quiet", "--no-baseline", "-o", store, trace);
    ObjectNode without = (ObjectNode) new ObjectMapper().readTree(ended.out());
    for (String key : List.of("baseline_ns", "speedup")) {
      assertTrue(with.path(key).isNumber(), key);
      assertTrue(without.has(key) && without.path(key).isNull(), key);
    }
    List<String> others = List.of("baseline_ns", "speedup", "run_id", "wall_ms");
    assertEquals(with.remove(others), without.remove(others));
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + store);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT baseline_ns IS NULL AND speedup IS NULL FROM runs ORDER BY run_id")) {
      assertTrue(rows.next() && !rows.getBoolean(1));
      assertTrue(rows.next() && rows.getBoolean(1));
    }
  }

  @Test
  void theTextSaysNothingOfABaselineThatNobodyWanted() {
    for (String order : List.of("elastic", "both")) {
      Ended ended = replay("--nodes", "2", "--no-baseline", "--order", order, "--quiet", trace);
      assertEquals(0, ended.exitCode(), ended.err());
      assertTrue(ended.out().lines().anyMatch(l -> l.matches("time +[0-9.]+ ms simulated")));
      assertFalse(ended.out().contains("speedup"), ended.out());
    }
  }

  @Test
  void aRunWithAllThreadsAtTheOriginIsItsOwnBaseline() throws IOException {
    Ended ended = replay("--nodes", "2", "--placement", "origin", "--no-baseline", "--json", trace);
    JsonNode json = new ObjectMapper().readTree(ended.out());
    assertEquals(json.path("simulated_ns").asLong(), json.path("baseline_ns").asLong());
  }
}
