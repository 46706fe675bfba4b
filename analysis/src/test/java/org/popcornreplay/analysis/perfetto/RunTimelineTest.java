package org.popcornreplay.analysis.perfetto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.analysis.Access;
import org.popcornreplay.analysis.RunDatabase;
import org.popcornreplay.replay.store.RecordLevel;
import org.popcornreplay.replay.store.RunStore;
import org.popcornreplay.replay.store.RunSummary;
import org.popcornreplay.replay.store.StoreListener;
import org.popcornreplay.replay.store.SyntheticRun;
import org.popcornreplay.traces.cli.CommandException;

/** The rules of the trace event format that viewers rely on. */
final class RunTimelineTest {
  private static final String HOSTILE = "\"}]</script>\u0001\u202e\\";
  @TempDir static Path shared;
  private static Path store;
  @TempDir Path folder;

  @BeforeAll
  static void makeStore() throws SQLException {
    store = shared.resolve("runs.duckdb");
    RunStore.open(store, Duration.ZERO, notice -> {}).close();
    // A stranger's store, like one of schema version 1, may have any string where ours have labels.
    try (Connection connection = DriverManager.getConnection(RunStore.url(store));
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER TABLE faults ALTER result TYPE VARCHAR");
    }
    try (RunStore runs = RunStore.open(store, Duration.ZERO, notice -> {})) {
      try (StoreListener run = runs.beginRun(RecordLevel.MESSAGES)) {
        new SyntheticRun(3, 6, 60, 1).writeTo(run);
      }
      try (StoreListener run = runs.beginRun(RecordLevel.FAULTS)) {
        hostile(run);
      }
      try (StoreListener run = runs.beginRun(RecordLevel.SUMMARY)) {
        new SyntheticRun(2, 2, 2, 1).writeTo(run);
      }
    }
  }

  /** A futex wait that a fault outlasts, and a name that tries to end the JSON. */
  private static void hostile(StoreListener run) {
    run.interval(0, 0, "futex", 0, 100);
    run.futexOperation(0, 0, HOSTILE, 64, 10, 60, 0, HOSTILE);
    run.fault(0, 0, 7, 7 << 12, 0x1000, "read", 50, 90, 0, HOSTILE);
    run.describeNode(0, 1, 100, 0, 0, new long[64]);
    run.describeThread(0, HOSTILE, -1, 0, 1, 1, 0, 100);
    run.describeRegion(HOSTILE, 7 << 12, 4096);
    run.describeCode(0x1000, HOSTILE, HOSTILE, 1, HOSTILE);
    run.finish(
        new RunSummary().program(HOSTILE, HOSTILE).nodes(1, 1).pageBytes(4096).times(100, 1L));
  }

  private JsonNode export(long run, long from, long to) throws IOException {
    Path file = folder.resolve("run.json");
    try (RunDatabase database = RunDatabase.open(store, Access.guarded(notice -> {}))) {
      new RunTimeline(database, run, from, to).write(file);
    }
    JsonNode events = new ObjectMapper().readTree(file.toFile()).get("traceEvents");
    check(events);
    return events;
  }

  private static long ask(String sql) {
    try (RunDatabase database = RunDatabase.open(store, Access.guarded(notice -> {}))) {
      return ((Number) database.ask(sql).value(0, "n")).longValue();
    }
  }

  private static long nanos(JsonNode event, String field) {
    return new BigDecimal(event.get(field).asText()).movePointRight(3).longValueExact();
  }

  private static String track(JsonNode event) {
    return event.get("pid").asInt() + "/" + event.get("tid").asInt();
  }

  /** Slices of a track begin in order and nest; flows have two ends, each in an open slice. */
  private static void check(JsonNode events) {
    Map<String, Deque<Long>> open = new HashMap<>();
    Map<String, Long> last = new HashMap<>();
    Map<String, String> names = new HashMap<>();
    Map<Integer, Integer> processOfThread = new HashMap<>();
    Map<String, List<long[]>> slices = new HashMap<>();
    Map<String, JsonNode> starts = new HashMap<>();
    Map<String, JsonNode> ends = new HashMap<>();
    for (JsonNode e : events) {
      String track = track(e);
      if (e.get("ph").asText().equals("M")) {
        if (e.get("name").asText().equals("thread_name")) {
          names.put(track, e.get("args").get("name").asText());
          assertEquals(null, processOfThread.put(e.get("tid").asInt(), e.get("pid").asInt()));
        }
        continue;
      }
      assertTrue(names.containsKey(track), "named before it is used: " + e);
      long at = nanos(e, "ts");
      String id = e.get("cat").asText() + e.get("name").asText() + e.path("id").asText();
      switch (e.get("ph").asText()) {
        case "X" -> {
          assertTrue(at >= last.getOrDefault(track, 0L), "in order: " + e);
          last.put(track, at);
          long end = at + nanos(e, "dur");
          assertTrue(end > at, "not empty: " + e);
          Deque<Long> stack = open.computeIfAbsent(track, key -> new ArrayDeque<>());
          while (!stack.isEmpty() && stack.peek() <= at) {
            stack.pop();
          }
          assertTrue(stack.isEmpty() || end <= stack.peek(), "nested: " + e);
          stack.push(end);
          slices.computeIfAbsent(track, key -> new ArrayList<>()).add(new long[] {at, end});
        }
        case "s" -> assertEquals(null, starts.put(id, e));
        case "f" -> {
          assertEquals("e", e.get("bp").asText());
          assertEquals(null, ends.put(id, e));
        }
        default -> throw new AssertionError(e.toString());
      }
    }
    assertEquals(starts.keySet(), ends.keySet(), "flows have both ends");
    starts.forEach(
        (id, start) -> {
          assertTrue(nanos(start, "ts") <= nanos(ends.get(id), "ts"), "forward: " + start);
          assertTrue(!start.get("pid").equals(ends.get(id).get("pid")), "between nodes: " + start);
        });
    Stream.concat(starts.values().stream(), ends.values().stream())
        .forEach(
            flow -> {
              long at = nanos(flow, "ts");
              assertTrue(
                  slices.get(track(flow)).stream().anyMatch(s -> s[0] <= at && at < s[1]),
                  "in a slice: " + flow);
            });
  }

  private static long count(JsonNode events, String phase, String category) {
    long count = 0;
    for (JsonNode e : events) {
      boolean same = e.get("ph").asText().equals(phase) && e.path("cat").asText().equals(category);
      count += same ? 1 : 0;
    }
    return count;
  }

  @Test
  void everyFaultMessageAndMigrationOfTheRunIsThere() throws IOException {
    JsonNode events = export(1, 0, Long.MAX_VALUE);
    assertEquals(
        ask("SELECT count(*) AS n FROM faults WHERE run_id = 1"), count(events, "X", "fault"));
    assertEquals(
        ask("SELECT count(*) AS n FROM messages WHERE run_id = 1"), count(events, "s", "message"));
    assertEquals(
        ask("SELECT count(*) AS n FROM migrations WHERE run_id = 1"),
        count(events, "f", "migration"));
    assertTrue(count(events, "X", "futex") > 0);
    // What a thread asks for leaves its own slice; answers leave the node that sends them.
    long requests = 0;
    for (JsonNode e : events) {
      boolean request = e.get("name").asText().equals("REMOTE_PAGE_REQUEST");
      if (request && e.get("ph").asText().equals("s")) {
        requests++;
        assertTrue(e.get("tid").asInt() % 1_000_000 < 6, e.toString());
      }
    }
    assertTrue(requests > 0);
  }

  @Test
  void aStretchHasWhatReachesIntoItAndNoLooseArrows() throws IOException {
    long whole = ask("SELECT simulated_ns AS n FROM runs WHERE run_id = 1");
    JsonNode events = export(1, whole / 3, whole / 2);
    for (JsonNode e : events) {
      if (e.has("ts")) {
        assertTrue(nanos(e, "ts") >= whole / 3 && nanos(e, "ts") < whole / 2, e.toString());
      }
    }
    assertEquals(
        ask(
            "SELECT count(*) AS n FROM faults WHERE run_id = 1 AND end_ns > "
                + whole / 3
                + " AND start_ns < "
                + whole / 2),
        count(events, "X", "fault"));
  }

  @Test
  void namesAreTextAndSlicesThatOverlapAreCut() throws IOException {
    JsonNode events = export(2, 0, Long.MAX_VALUE);
    boolean found = false;
    for (JsonNode e : events) {
      if (e.get("name").asText().equals("read fault")) {
        found = true;
        assertEquals(HOSTILE, e.get("args").get("object").asText());
        assertEquals(HOSTILE + ":1", e.get("args").get("place").asText());
        assertEquals(10, nanos(e, "dur"), "the wait around it ends at 60");
      }
    }
    assertTrue(found);
  }

  @Test
  void aRunWithoutTimesIsRefusedAndNothingIsLeftBehind() throws IOException {
    CommandException e = assertThrows(CommandException.class, () -> export(3, 0, Long.MAX_VALUE));
    assertTrue(e.getMessage().contains("record_level=summary"), e.getMessage());
    assertFalse(Files.exists(folder.resolve("run.json")));
  }
}
