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
 * the same way.
 */
class ReducedRecordingTest {
  @TempDir Path directory;
  private Recorder recorder;

  @BeforeEach
  void begin() {
    recorder = new Recorder(directory);
  }

  @Test
  void ofThreadsThatTakeTurns() {
    compare(new byte[0], 4, recorder.compile("relay.c", "-O2").toString());
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
    record(input, "visits", program);
    record(input, "full", program);
    assertEquals(
        0, recorder.trace(new byte[0], "reduce", "full.ptrace", "-o", "reduced.ptrace").code());
    String[] same = {"thread", "instructions", "kind", "code", "object"};
    assertEquals(
        columns("visits.ptrace", "events", same), columns("reduced.ptrace", "events", same));
    List<String> visits = columns("visits.ptrace", "visits");
    assertEquals(
        threads, visits.stream().map(v -> v.substring(0, v.indexOf(','))).distinct().count());
    assertTrue(visits.size() > 100, "visits=" + visits.size());
    assertEquals(visits, columns("reduced.ptrace", "visits"));
  }

  private void record(byte[] input, String detail, String... program) {
    List<String> words =
        new ArrayList<>(
            List.of("record", "-q", "--detail", detail, "-o", detail + ".ptrace", "--"));
    words.addAll(Arrays.asList(program));
    Recorder.Result recorded = recorder.trace(input, words.toArray(String[]::new));
    assertEquals(0, recorded.code(), recorded.err());
  }

  /** Rows, thread by thread in their order, with these columns; all where none is named. */
  private List<String> columns(String trace, String table, String... names) {
    List<String> rows =
        recorder
            .trace(new byte[0], "dump", trace, "--table", table, "--csv")
            .text()
            .lines()
            .toList();
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
