package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A full trace, reduced, has the visits that recording visits gives: for dynamic programs, also
 * with several threads. The two details are two runs, so the programs are such that every run takes
 * the same way; where events differ all the same, or the visits before and after the full run do,
 * nothing was shown and all is done again.
 */
class ReducedRecordingTest {
  private static final int MOST_ATTEMPTS = 12; // 4 were too few in 2 of 9 runs beside other jobs

  @TempDir Path directory;
  private Recorder recorder;

  @BeforeEach
  void begin() {
    recorder = new Recorder(directory);
  }

  /** Bound at once: else whichever thread comes first to a function looks for it. */
  @Test
  void ofThreadsThatTakeTurns() {
    compare(new byte[0], 4, recorder.compile("relay.c", "-O2", "-Wl,-z,now").toString());
  }

  @Test
  void ofACompressor() {
    byte[] input = "some text 17\n".repeat(3000).getBytes(StandardCharsets.UTF_8);
    compare(input, 1, "gzip", "-nc");
  }

  @Test
  void ofAnInterpreter() {
    compare(new byte[0], 1, "mawk", "BEGIN { for (i = 0; i < 20000; i++) a[i % 97] += i }");
  }

  private void compare(byte[] input, int threads, String... program) {
    List<String> visits = recordedVisits(input, program);
    for (int attempt = 1; ; attempt++) {
      record(input, "full", program);
      assertEquals(
          0,
          recorder
              .trace(new byte[0], "reduce", "full.ptrace", "-o", "reduced.ptrace", "--force")
              .code());
      List<String> reduced = columns("reduced.ptrace", "visits");
      List<String> before = events("visits");
      List<String> events = events("reduced");
      List<String> again = visits.equals(reduced) ? visits : recordedVisits(input, program);
      if (before.equals(events) && again.equals(visits)) {
        assertEquals(threads, visits.stream().map(this::thread).distinct().count());
        assertTrue(visits.size() > 100, "visits=" + visits.size());
        assertEquals("", difference(visits, reduced));
        return;
      }
      assertTrue(
          attempt < MOST_ATTEMPTS,
          "every run was another one: events: "
              + difference(before, events)
              + "; visits before and after: "
              + difference(visits, again));
      visits = again;
    }
  }

  private List<String> recordedVisits(byte[] input, String... program) {
    record(input, "visits", program);
    return columns("visits.ptrace", "visits");
  }

  private List<String> events(String trace) {
    return columns(trace + ".ptrace", "events", "thread", "instructions", "kind", "code", "object");
  }

  private String thread(String row) {
    return row.substring(0, row.indexOf(','));
  }

  /** The first row that is not the same, or nothing: all rows would be a message of megabytes. */
  private static String difference(List<String> recorded, List<String> reduced) {
    for (int i = 0; i < Math.max(recorded.size(), reduced.size()); i++) {
      String one = i < recorded.size() ? recorded.get(i) : "none";
      String other = i < reduced.size() ? reduced.get(i) : "none";
      if (!one.equals(other)) {
        return "row " + i + ": " + one + " and " + other;
      }
    }
    return "";
  }

  private void record(byte[] input, String detail, String... program) {
    List<String> words =
        new ArrayList<>(
            List.of("record", "-q", "--force", "--detail", detail, "-o", detail + ".ptrace", "--"));
    words.addAll(Arrays.asList(program));
    Recorder.Result recorded = recorder.trace(input, words.toArray(String[]::new));
    assertEquals(0, recorded.code(), recorded.err());
  }

  /** Rows, thread by thread in their order, with these columns; all where none is named. */
  private List<String> columns(String trace, String table, String... names) {
    Recorder.Result dump = recorder.trace(new byte[0], "dump", trace, "--table", table, "--csv");
    assertEquals(0, dump.code(), dump.err()); // part of the rows would look like another execution
    List<String> rows = dump.text().lines().toList();
    List<String> all = List.of(rows.get(0).split(",", -1));
    int[] wanted =
        names.length == 0
            ? IntStream.range(0, all.size()).toArray()
            : Arrays.stream(names).mapToInt(all::indexOf).toArray();
    int thread = all.indexOf("thread");
    return rows.stream()
        .skip(1)
        .map(row -> row.split(",", -1))
        .sorted(Comparator.comparingInt(row -> Integer.parseInt(row[thread])))
        .map(row -> String.join(",", Arrays.stream(wanted).mapToObj(i -> row[i]).toList()))
        .toList();
  }
}
