package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs with one problem each: the first row of the right query names its line and object. */
@Tag("end-to-end")
final class PlantedProblemsTest {
  @TempDir static Path folder;
  private static Path program;

  @BeforeAll
  static void compile() {
    program = Shell.compile("planted", folder);
  }

  private static Path record(String problem) {
    Path trace = folder.resolve(problem + ".ptrace");
    Shell.Result recorded =
        Shell.popcorn("popcorn-trace", "record", "-o", trace, "--", program, problem);
    assertEquals(0, recorded.exitCode(), recorded.stderr());
    return trace;
  }

  private static JsonNode replay(Path trace, int nodes, Object... more) throws IOException {
    List<Object> words = new ArrayList<>(List.of("--nodes", nodes, "--json", trace));
    words.addAll(Arrays.asList(more));
    if (!words.contains("--placement")) {
      words.addAll(List.of("--placement", "round-robin"));
    }
    Shell.Result result = Shell.popcorn("popcorn-replay", words.toArray());
    assertEquals(0, result.exitCode(), result.stderr());
    return new ObjectMapper().readTree(result.stdoutBytes());
  }

  private static JsonNode firstRow(Path store, String query) throws IOException {
    Shell.Result rows = Shell.popcorn("popcorn-sql", store, query, "--json");
    assertEquals(0, rows.exitCode(), rows.stderr());
    return new ObjectMapper().readTree(rows.stdout().lines().findFirst().orElseThrow());
  }

  /** The place {@code file:line} of the source line with this comment. */
  private static String place(String comment) throws IOException {
    List<String> lines = Files.readAllLines(Shell.home().resolve("traces/samples/planted.c"));
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).endsWith("// " + comment)) {
        return "planted.c:" + (i + 1);
      }
    }
    throw new AssertionError(comment);
  }

  @Test
  void falseSharingOfTwoHeapBlocksNamesTheirAllocationAndItsAdviceIsConfirmed() throws IOException {
    Path trace = record("blocks");
    Path store = folder.resolve("blocks.duckdb");
    replay(trace, 2, "-o", store);
    String site = place("site of the blocks");
    JsonNode row = firstRow(store, "false-sharing");
    assertEquals("false-sharing", row.get("sharing").asText(), row.toString());
    assertTrue(row.get("sides").asText().contains("block from " + site), row.toString());
    assertTrue(row.get("sides").asText().contains(place("line of blocks")), row.toString());
    assertTrue(row.get("advice").asText().startsWith("allocate these blocks on"), row.toString());
    assertTrue(row.get("advice").asText().endsWith(site), row.toString());
    assertEquals("--pad " + site, row.get("confirm_with").asText());
    assertTrue(firstRow(store, "hot-objects").get("site").asText().endsWith(site));
    JsonNode line = firstRow(store, "hot-lines");
    assertTrue(line.get("place").asText().endsWith(place("line of blocks")), line.toString());
    assertTrue(line.get("allocated_at").asText().endsWith(site), line.toString());
    JsonNode padding = replay(trace, 2, "--pad", site).get("padding");
    assertEquals("confirmed", padding.get("verdict").asText(), padding.toString());
  }

  @Test
  void falseSharingOfTwoGlobalsNamesBothWithTheirLines() throws IOException {
    Path trace = record("globals");
    Path store = folder.resolve("globals.duckdb");
    replay(trace, 2, "-o", store);
    JsonNode row = firstRow(store, "false-sharing");
    assertEquals("false-sharing", row.get("sharing").asText(), row.toString());
    String sides = row.get("sides").asText();
    assertTrue(
        sides.matches(".*visitors \\(thread [^|]*" + place("line of globals, visitors") + ".*"),
        sides);
    assertTrue(
        sides.matches(".*requests \\(thread [^|]*" + place("line of globals, requests") + ".*"),
        sides);
    assertTrue(row.get("advice").asText().startsWith("align each of"), row.toString());
    assertTrue(
        row.get("confirm_with").asText().contains("--pad requests")
            && row.get("confirm_with").asText().contains("--pad visitors"),
        row.toString());
    String line = firstRow(store, "hot-lines").get("place").asText();
    assertTrue(
        line.endsWith(place("line of globals, visitors"))
            || line.endsWith(place("line of globals, requests")),
        line);
    JsonNode padding = replay(trace, 2, "--pad", "visitors", "--pad", "requests").get("padding");
    assertEquals("confirmed", padding.get("verdict").asText(), padding.toString());
    numbersAgree(store);
  }

  /** What is counted in two ways has one number, whichever table one asks. */
  private static void numbersAgree(Path store) {
    Shell.Result wrong =
        Shell.popcorn(
            "popcorn-sql",
            store,
            """
            SELECT r.run_id FROM runs r WHERE NOT (
              simulated_ns = (SELECT sum(end_ns - start_ns) FROM critical_path c WHERE c.run_id = r.run_id)
              AND message_count = (SELECT count(*) FROM messages m WHERE m.run_id = r.run_id)
              AND message_count = (SELECT sum(message_count) FROM traffic m WHERE m.run_id = r.run_id)
              AND message_count = (SELECT sum(messages_sent) FROM nodes n WHERE n.run_id = r.run_id)
              AND message_bytes = (SELECT sum(bytes) FROM messages m WHERE m.run_id = r.run_id)
              AND migration_count = (SELECT count(*) FROM migrations m WHERE m.run_id = r.run_id)
              AND read_faults + write_faults + upgrade_faults = (SELECT count(*) FROM faults f WHERE f.run_id = r.run_id)
              AND read_faults + write_faults + upgrade_faults
                = (SELECT sum(read_faults + write_faults) FROM pages p WHERE p.run_id = r.run_id)
              AND (SELECT sum(fault_ns) FROM pages p WHERE p.run_id = r.run_id)
                = (SELECT sum(end_ns - start_ns) FROM faults f WHERE f.run_id = r.run_id)
              AND 0 = (SELECT count(*) FROM threads t WHERE t.run_id = r.run_id AND end_ns - start_ns
                <> compute_ns + fault_ns + futex_ns + vma_ns + migration_ns + run_queue_ns + syscall_ns + idle_ns)
              AND 0 = (SELECT count(*) FROM threads t WHERE t.run_id = r.run_id AND end_ns - start_ns
                <> (SELECT sum(i.end_ns - i.start_ns) FROM intervals i WHERE i.run_id = t.run_id AND i.thread = t.thread)))""",
            "--fail-if",
            "true");
    assertEquals(0, wrong.exitCode(), wrong.stdout() + wrong.stderr());
  }

  @Test
  void aContendedLockIsNamedWithTheLineThatWaits() throws IOException {
    Path store = folder.resolve("lock.duckdb");
    replay(record("lock"), 2, "-o", store);
    JsonNode row = firstRow(store, "locks");
    assertEquals("ledger", row.get("object").asText(), row.toString());
    assertTrue(row.get("called_at").asText().endsWith(place("line of lock")), row.toString());
    assertEquals(400, row.get("acquisitions").asInt(), row.toString());
    numbersAgree(store);
    // The main thread waits for its turn at an atomic operation; the path goes on in whose it was.
    Shell.Result path = Shell.popcorn("popcorn-sql", store, "critical-path", "--csv");
    assertTrue(path.stdout().lines().noneMatch(line -> line.startsWith("idle")), path.stdout());
  }

  @Test
  void aTableThatIsReadMostlyIsNamedWithItsOneWriter() throws IOException {
    Path store = folder.resolve("table.duckdb");
    replay(record("table"), 4, "-o", store);
    JsonNode row = firstRow(store, "true-sharing");
    assertEquals("rates", row.get("object").asText(), row.toString());
    assertEquals(1, row.get("writers").asInt(), row.toString());
    assertEquals(4, row.get("readers").asInt(), row.toString());
    assertTrue(row.get("advice").asText().startsWith("one thread writes"), row.toString());
    JsonNode line = firstRow(store, "hot-lines");
    assertEquals("rates", line.get("object").asText(), line.toString());
    assertTrue(line.get("place").asText().endsWith(place("line of table, readers")));
  }

  @Test
  void threadsThatBelongTogetherAreNamedAndPuttingThemOnOneNodeIsFaster() throws IOException {
    Path store = folder.resolve("pairs.duckdb");
    Path trace = record("pairs");
    JsonNode apart = replay(trace, 2, "-o", store);
    JsonNode row = firstRow(store, "affinity");
    assertEquals("desk", row.get("object").asText(), row.toString());
    int first = row.get("thread_a").asInt();
    assertEquals(first + 1, row.get("thread_b").asInt(), row.toString());
    assertTrue(first == 1 || first == 3, row.toString());
    assertTrue(row.get("place").asText().endsWith(place("line of pairs")), row.toString());
    JsonNode together = replay(trace, 2, "--placement", "block");
    assertTrue(
        together.get("simulated_ns").asLong() < apart.get("simulated_ns").asLong(),
        together.get("simulated_ns") + " of " + apart.get("simulated_ns"));
  }
}
