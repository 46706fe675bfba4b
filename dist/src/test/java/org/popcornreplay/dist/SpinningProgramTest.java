package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program whose threads wait for each other in loops without a system call. */
@Tag("end-to-end")
final class SpinningProgramTest {
  /** Turns of the sample's working loop, and instructions of each. */
  private static final long WORK = 20_000;

  private static final long LOOP_INSTRUCTIONS = 5;
  private static final double INSTRUCTION_NANOS = 0.35;

  @TempDir static Path folder;
  private static Path program;

  @BeforeAll
  static void compile() {
    program = Shell.compile("spin", folder);
  }

  private static Path record(String kind, int threads, int rounds, long work) {
    Path trace = folder.resolve(kind + threads + "-" + rounds + "-" + work + ".ptrace");
    Shell.Result recorded =
        Shell.popcorn(
            "popcorn-trace", "record", "-o", trace, "--", program, kind, threads, rounds, work);
    assertEquals(0, recorded.exitCode(), recorded.stderr());
    Shell.Result check = Shell.popcorn("popcorn-trace", "check", trace);
    assertEquals(0, check.exitCode(), check.stdout() + check.stderr());
    return trace;
  }

  private static JsonNode replay(Path trace, int nodes, Object... more) throws IOException {
    List<Object> words = new ArrayList<>(List.of("--nodes", nodes, "--check", "--json", trace));
    words.addAll(List.of(more));
    if (!words.contains("--placement")) {
      words.addAll(List.of("--placement", "round-robin"));
    }
    Shell.Result result = Shell.popcorn("popcorn-replay", words.toArray());
    assertEquals(0, result.exitCode(), result.stderr());
    return new ObjectMapper().readTree(result.stdoutBytes());
  }

  private static JsonNode row(Path store, String query) throws IOException {
    Shell.Result rows = Shell.popcorn("popcorn-sql", store, query, "--json");
    assertEquals(0, rows.exitCode(), rows.stderr());
    return new ObjectMapper().readTree(rows.stdout().lines().findFirst().orElseThrow());
  }

  private static long nanos(JsonNode run) {
    return run.get("simulated_ns").asLong();
  }

  /** The work of so many threads one after the other. */
  private static long workNanos(long turns) {
    return Math.round(turns * WORK * LOOP_INSTRUCTIONS * INSTRUCTION_NANOS);
  }

  @Test
  void whoSpinsForAFlagGoesOnAfterTheStoreWhicheverNodeIsFar() throws IOException {
    long work = 4_000_000;
    Path trace = record("flag", 2, 1, work);
    Path placement = folder.resolve("flag.yaml");
    Files.writeString(placement, "threads: {1: 1, 2: 0}\n"); // the writer is away
    long latency = 500_000;
    long workNanos = Math.round(work * LOOP_INSTRUCTIONS * INSTRUCTION_NANOS);
    for (double speed : new double[] {1, 0.5}) {
      Path store = folder.resolve("flag" + speed + ".duckdb");
      replay(
          trace,
          2,
          "--placement",
          "file:" + placement,
          "--set",
          "link_latency=" + latency,
          "--set",
          "node.1.speed=" + speed,
          "-o",
          store);
      JsonNode wait =
          row(
              store,
              "SELECT w.called_ns, w.woken_ns, t.end_ns, a.start_ns FROM wakes w"
                  + " JOIN threads t USING (run_id, thread)"
                  + " JOIN threads a ON a.run_id = w.run_id AND a.thread = 1"
                  + " WHERE w.thread = 2 AND w.by_thread = 1 AND reason = 'store'");
      long stored = wait.get("called_ns").asLong();
      assertTrue(stored >= wait.get("start_ns").asLong() + workNanos / speed, wait.toString());
      // The page comes from the writer's node, where it was written.
      assertTrue(wait.get("woken_ns").asLong() >= stored + 2 * latency, wait.toString());
      assertTrue(wait.get("end_ns").asLong() >= wait.get("woken_ns").asLong(), wait.toString());
    }
  }

  @Test
  void eachHandOffOfARingCostsTheSameTimeAndMessages() throws IOException {
    int few = 20;
    int many = 40;
    Path shorter = record("ring", 2, few, WORK);
    Path longer = record("ring", 2, many, WORK);
    long handOffs = 2L * (many - few);
    long alone = nanos(replay(longer, 1)) - nanos(replay(shorter, 1));
    assertTrue(
        alone >= workNanos(handOffs) && alone < workNanos(handOffs) * 1.1,
        alone + " ns of " + workNanos(handOffs));
    JsonNode a = replay(shorter, 2);
    JsonNode b = replay(longer, 2);
    // For each store: an upgrade or invalidation and a read by who waits, each with its answer.
    assertEquals(4 * handOffs, messages(b) - messages(a));
    long spread = nanos(b) - nanos(a);
    assertTrue(spread > alone + handOffs * 40_000, spread + " ns, " + alone + " on one node");
    assertTrue(spread < alone + handOffs * 100_000, spread + " ns, " + alone + " on one node");
  }

  private static long messages(JsonNode run) {
    return run.get("message_count").asLong();
  }

  @Test
  void locksLetOneInAndBarriersAllHoweverTheRecordingWas() throws IOException {
    int threads = 4;
    int rounds = 10;
    for (String lock : List.of("ticket", "lock")) {
      long nanos = nanos(replay(record(lock, threads, rounds, WORK), threads));
      assertTrue(nanos >= workNanos((long) threads * rounds), lock + ": " + nanos + " ns");
    }
    for (String barrier : List.of("barrier", "counter")) {
      Path trace = record(barrier, threads, rounds, WORK);
      JsonNode slow = replay(trace, threads, "--set", "node.2.speed=0.1");
      assertTrue(nanos(slow) >= 10 * workNanos(rounds - 1), barrier + ": " + nanos(slow) + " ns");
      long alone = nanos(replay(trace, 1));
      // All work at the same time: much less than one after the other.
      assertTrue(
          alone < workNanos((long) threads * rounds) * 0.7 + 500_000, barrier + ": " + alone);
    }
  }
}
