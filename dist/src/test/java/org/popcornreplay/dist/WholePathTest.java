package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Program → trace → replay → SQL → report, by the launchers, on real compiled programs. */
@Tag("end-to-end")
final class WholePathTest {
  @TempDir static Path folder;
  private static Path packed;
  private static Path padded;

  @BeforeAll
  static void record() {
    Path counters = Shell.compile("counters", folder);
    packed = folder.resolve("packed.ptrace");
    padded = folder.resolve("padded.ptrace");
    Shell.Result first =
        Shell.popcorn(
            "popcorn-trace", "record", "-o", packed, "--", counters, "packed", 2, 4000000);
    assertEquals("8000000\n", first.stdout(), first.stderr());
    assertEquals(0, first.exitCode(), first.stderr());
    Shell.Result second =
        Shell.popcorn(
            "popcorn-trace", "record", "-o", padded, "--", counters, "padded", 2, 4000000);
    assertEquals("8000000\n", second.stdout(), second.stderr());
  }

  private static JsonNode replay(Path trace, Object... more) throws IOException {
    Object[] arguments = new Object[more.length + 4];
    arguments[0] = "--nodes";
    arguments[1] = 2;
    arguments[2] = "--json";
    arguments[3] = trace;
    System.arraycopy(more, 0, arguments, 4, more.length);
    Shell.Result result = Shell.popcorn("popcorn-replay", arguments);
    assertEquals(0, result.exitCode(), result.stderr());
    return new ObjectMapper().readTree(result.stdoutBytes());
  }

  private static long transfers(JsonNode run) {
    long pages = 0;
    for (JsonNode direction : run.get("messages")) {
      pages += direction.path("REMOTE_PAGE_REQUEST").path(0).asLong();
    }
    return pages;
  }

  @Test
  void twoWordsOfOnePageMakeThisPageTheHottest() throws IOException {
    Path store = folder.resolve("packed.duckdb");
    JsonNode run = replay(packed, "--placement", "round-robin", "-o", store);
    Shell.Result rows = Shell.popcorn("popcorn-sql", store, "hot-pages", "--json");
    assertEquals(0, rows.exitCode(), rows.stderr());
    String top = rows.stdout().lines().findFirst().orElseThrow();
    assertTrue(top.contains("packed"), top);
    assertTrue(transfers(run) > 50, run.toString());
  }

  @Test
  void twoWordsOnTwoPagesHardlyMovePages() throws IOException {
    long packedTransfers = transfers(replay(packed, "--placement", "round-robin"));
    long paddedTransfers = transfers(replay(padded, "--placement", "round-robin"));
    assertTrue(
        paddedTransfers * 2 < packedTransfers,
        "packed " + packedTransfers + ", padded " + paddedTransfers);
  }

  @Test
  void theAdviceForTwoWordsOfOnePageIsConfirmedAndComesNearToTheRepairedProgram()
      throws IOException {
    Path store = folder.resolve("advice.duckdb");
    JsonNode plain = replay(packed, "--placement", "round-robin", "-o", store);
    Shell.Result rows = Shell.popcorn("popcorn-sql", store, "false-sharing", "--json");
    JsonNode row = new ObjectMapper().readTree(rows.stdout().lines().findFirst().orElseThrow());
    assertEquals("--pad packed", row.get("confirm_with").asText(), row.toString());
    JsonNode run = replay(packed, "--placement", "round-robin", "--pad", "packed");
    JsonNode repaired = replay(padded, "--placement", "round-robin");
    JsonNode padding = run.get("padding");
    assertEquals("confirmed", padding.get("verdict").asText(), padding.toString());
    assertEquals(2, padding.get("objects").get(0).get("parts").asInt(), padding.toString());
    assertEquals(plain.get("simulated_ns"), padding.get("plain_simulated_ns"));
    assertEquals(
        row.get("saving_ms").asDouble(),
        padding.get("predicted_saving_ns").asDouble() / 1e6,
        row.get("saving_ms").asDouble() * 0.1,
        "the query and the replay predict the same, but for pages that hold other objects");
    assertEquals(
        repaired.get("simulated_ns").asDouble(),
        run.get("simulated_ns").asDouble(),
        repaired.get("simulated_ns").asDouble() * 0.05);
    assertEquals((double) transfers(repaired), (double) transfers(run), transfers(repaired) * 0.2);
  }

  @Test
  void allThreadsAtTheOriginSendNothing() throws IOException {
    assertEquals(0, replay(packed, "--placement", "origin").get("messages").size());
  }

  @Test
  void sameTraceOptionsAndSeedGiveTheSameResult() throws IOException {
    JsonNode first = replay(packed, "--seed", 3);
    JsonNode second = replay(packed, "--seed", 3);
    ((com.fasterxml.jackson.databind.node.ObjectNode) first).remove("wall_ms");
    ((com.fasterxml.jackson.databind.node.ObjectNode) second).remove("wall_ms");
    assertEquals(first, second);
  }

  @Test
  void eachVariableOfTheProgramHasOneAddress() {
    Shell.Result rows =
        Shell.popcorn("popcorn-trace", "dump", packed, "--table", "variables", "--csv");
    assertEquals(0, rows.exitCode(), rows.stderr());
    assertEquals(1, rows.stdout().lines().filter(line -> line.contains(",increments,")).count());
  }

  @Test
  void reportIsOnePageAndPictures() throws IOException {
    Path store = folder.resolve("report.duckdb");
    replay(packed, "-o", store);
    Path report = folder.resolve("report");
    Shell.Result result = Shell.popcorn("popcorn-report", store, "-o", report);
    assertEquals(0, result.exitCode(), result.stderr());
    String page = Files.readString(report.resolve("index.html"));
    assertTrue(page.contains("<html"), page.substring(0, Math.min(200, page.length())));
    try (var files = Files.list(report)) {
      assertTrue(files.filter(file -> file.toString().endsWith(".png")).count() >= 4);
    }
  }

  @Test
  void recordingKnowsItsProgram() throws IOException {
    Shell.Result result = Shell.popcorn("popcorn-trace", "info", "--json", packed);
    assertEquals(0, result.exitCode(), result.stderr());
    JsonNode info = new ObjectMapper().readTree(result.stdoutBytes());
    assertTrue(info.get("program").asText().endsWith("counters"), info.toString());
    assertEquals(3, info.get("threads").asInt(), info.toString());
    assertTrue(info.get("complete").asBoolean(), info.toString());
    for (String key :
        new String[] {
          "format_version",
          "arguments",
          "exit_code",
          "detail",
          "slice_instructions",
          "instructions",
          "reads",
          "writes",
          "visits",
          "pages",
          "syscalls",
          "sync_events",
          "migrations",
          "bytes_on_disk"
        }) {
      assertTrue(info.has(key), key + " in " + info);
    }
  }
}
