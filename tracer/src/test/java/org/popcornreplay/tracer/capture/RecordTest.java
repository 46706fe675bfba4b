package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.SyncFunction;

/** Records real programs, from the command line to the trace. Needs valgrind, gcc and g++. */
class RecordTest {
  @TempDir Path directory;
  private Recorder recorder;

  @BeforeEach
  void begin() {
    recorder = new Recorder(directory);
  }

  private Recorder.Result record(String trace, byte[] input, String... program) {
    List<String> words = new ArrayList<>(List.of("record", "--quiet", "-o", trace, "--"));
    words.addAll(Arrays.asList(program));
    return recorder.trace(input, words.toArray(String[]::new));
  }

  private void assertSameAsPlain(byte[] input, String... program) {
    Recorder.Result plain = recorder.run(input, List.of(program));
    Recorder.Result recorded = record("same.ptrace", input, program);
    assertEquals(plain.code(), recorded.code(), program[0] + ": " + recorded.err());
    assertArrayEquals(plain.out(), recorded.out(), program[0]);
    assertEquals(plain.err(), recorded.err(), program[0]);
    assertSound("same.ptrace");
  }

  private void assertSound(String trace) {
    Recorder.Result check = recorder.trace(new byte[0], "check", trace);
    assertEquals(0, check.code(), check.text() + check.err());
  }

  private JsonNode info(String trace) throws IOException {
    return new ObjectMapper().readTree(recorder.trace(new byte[0], "info", "--json", trace).out());
  }

  private List<String> rows(String trace, String table) {
    return recorder
        .trace(new byte[0], "dump", trace, "--table", table, "--csv")
        .text()
        .lines()
        .toList();
  }

  private static byte[] lines(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(i * 7919L % 10007).append(" some text to sort and to compress\n");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void gzipKeepsItsOutputAndExitCode() {
    assertSameAsPlain(lines(2000), "gzip", "-nc");
  }

  @Test
  void sortWithTwoThreadsKeepsItsOutputAndExitCode() {
    assertSameAsPlain(lines(2000), "sort", "--parallel=2");
  }

  @Test
  void xzWithTwoThreadsKeepsItsOutputAndExitCode() {
    assertSameAsPlain(lines(2000), "xz", "-0", "-T2", "-c");
  }

  @Test
  void pythonKeepsItsOutputAndExitCode() {
    assertSameAsPlain(
        "a line\n".getBytes(StandardCharsets.UTF_8),
        "/usr/bin/python3",
        "-S",
        "-c",
        "import sys; print(sys.stdin.read().upper()); print('oops', file=sys.stderr); sys.exit(42)");
  }

  @Test
  void exceptionsAcrossThreadsArriveAndTheExitCodeStays() {
    assertSameAsPlain(new byte[0], recorder.compile("futures.cc").toString());
  }

  @Test
  void whoTakesTurnsSeesTheProcessorsThatTheProgramAndItsUserGave() {
    Recorder.Result recorded =
        record("affinity.ptrace", new byte[0], recorder.compile("affinity.c").toString());
    assertEquals("0\n0\n", recorded.text(), recorded.err());
  }

  @Test
  void threadsThatNeverBlockTakeTurns() {
    int changes = changesOfThread();
    assertTrue(changes >= 40, "changes of thread: " + changes);
  }

  /** Each turn of others costs them what they had in the caches. */
  @Test
  void threadsThatUseManyPagesTakeLongerTurns() {
    int changes = changesOfThread();
    int changesWithManyPages = changesOfThread("wide");
    assertTrue(
        changesWithManyPages >= 6 && 4 * changesWithManyPages <= changes,
        "changes of thread: " + changesWithManyPages + " instead of " + changes);
  }

  /**
   * Two threads make 300 atomics each, some 100,000 instructions apart: how often the next one in
   * the order in which they happened is of the other thread.
   */
  private int changesOfThread(String... arguments) {
    String trace = "turns" + String.join("", arguments) + ".ptrace";
    List<String> words = new ArrayList<>(List.of(recorder.compile("turns.c").toString()));
    words.addAll(List.of(arguments));
    Recorder.Result recorded = record(trace, new byte[0], words.toArray(String[]::new));
    assertEquals("600\n", recorded.text(), recorded.err());
    List<String> threads =
        rows(trace, "events").stream()
            .map(row -> row.split(",", -1))
            .filter(row -> row[3].equals(EventKind.ATOMIC.name()) && !row[0].equals("0"))
            .sorted(Comparator.comparingLong(row -> Long.parseLong(row[2])))
            .map(row -> row[0])
            .toList();
    int changes = 0;
    for (int i = 1; i < threads.size(); i++) {
      changes += threads.get(i).equals(threads.get(i - 1)) ? 0 : 1;
    }
    return changes;
  }

  @Test
  void aCrashEndsWithTheSignalsCodeAndACompleteTrace() throws IOException {
    String crash = recorder.compile("crash.c").toString();
    Recorder.Result recorded = record("crash.ptrace", new byte[0], crash);
    assertEquals(128 + 11, recorded.code(), recorded.err());
    assertEquals("before\n", recorded.text());
    assertEquals("", recorded.err());
    assertSound("crash.ptrace");
    assertTrue(info("crash.ptrace").path("complete").asBoolean());
    assertEquals(139, info("crash.ptrace").path("exit_code").asInt());
  }

  @Test
  void everySynchronisationIsInTheTraceWithTheNamesOfWhatItUses() throws IOException {
    String program = recorder.compile("threads.c", "-O1").toString();
    Recorder.Result recorded = record("threads.ptrace", new byte[0], program);
    assertEquals("3000\n", recorded.text());
    assertSound("threads.ptrace");
    JsonNode info = info("threads.ptrace");
    assertEquals(3, info.path("threads").asInt());
    List<String> events = rows("threads.ptrace", "events");
    for (SyncFunction wanted :
        List.of(
            SyncFunction.MUTEX_LOCK,
            SyncFunction.MUTEX_UNLOCK,
            SyncFunction.COND_BROADCAST,
            SyncFunction.BARRIER_INIT,
            SyncFunction.BARRIER_WAIT,
            SyncFunction.SEM_INIT,
            SyncFunction.SEM_WAIT,
            SyncFunction.SEM_POST,
            SyncFunction.RWLOCK_RDLOCK,
            SyncFunction.RWLOCK_UNLOCK,
            SyncFunction.SPIN_LOCK,
            SyncFunction.SPIN_UNLOCK,
            SyncFunction.ONCE,
            SyncFunction.JOIN)) {
      for (EventKind kind : List.of(EventKind.SYNC_ENTER, EventKind.SYNC_EXIT)) {
        String row = "," + kind + "," + wanted.code() + ",";
        assertTrue(events.stream().anyMatch(e -> e.contains(row)), wanted + row);
      }
    }
    for (EventKind wanted :
        List.of(
            EventKind.THREAD_CREATE,
            EventKind.THREAD_EXIT,
            EventKind.PROCESS_EXIT,
            EventKind.HEAP_ALLOC,
            EventKind.HEAP_FREE,
            EventKind.ATOMIC,
            EventKind.VMA)) {
      assertTrue(events.stream().anyMatch(e -> e.contains("," + wanted + ",")), wanted.name());
    }
    List<String> variables = rows("threads.ptrace", "variables");
    assertTrue(variables.stream().anyMatch(v -> v.contains("total")), "variable total");
    List<String> code = rows("threads.ptrace", "code");
    assertTrue(
        code.stream().anyMatch(c -> c.contains("work") && c.contains("threads.c")), "line of work");
    assertFalse(rows("threads.ptrace", "stacks").isEmpty());
  }

  @Test
  void aProgramForPopcornBelievesThatItMigrates() throws IOException {
    String program = recorder.compile("migrate.c", "-O1", "-static", "-no-pie").toString();
    Recorder.Result recorded = record("migrate.ptrace", new byte[0], program);
    assertEquals("0 0 1 -16 0 -11 0 0 8 0\n", recorded.text(), recorded.err());
    assertSound("migrate.ptrace");
    assertEquals(4, info("migrate.ptrace").path("migrations").asInt());
  }

  @Test
  void aFullTraceReducesToWhatARecordingOfVisitsGives() throws IOException {
    assertReducesToVisits(recorder.compile("migrate.c", "-O1", "-static", "-no-pie"));
  }

  @Test
  void accessesOfEveryAwkwardKindReduceToWhatARecordingOfVisitsGives() throws IOException {
    assertReducesToVisits(
        recorder.compile(
            "exact.c",
            "-O1",
            "-static",
            "-nostdlib",
            "-fno-stack-protector",
            "-fno-tree-loop-distribute-patterns"));
    assertTrue(info("visits.ptrace").path("visits").asLong() > 100_000);
  }

  @Test
  void codeThatIsWrittenAnewReducesToWhatARecordingOfVisitsGives() throws IOException {
    assertReducesToVisits(recorder.compile("rewrite.c", "-O1", "-static", "-no-pie"));
  }

  /** The log of full detail and the counting of visits in translated code share no line. */
  private void assertReducesToVisits(Path compiled) throws IOException {
    String program = compiled.toString();
    assertEquals(0, record("visits.ptrace", new byte[0], program).code());
    assertEquals(
        0,
        recorder
            .trace(new byte[0], "record", "-q", "--detail", "full", "-o", "full.ptrace", program)
            .code());
    assertSound("full.ptrace");
    Recorder.Result reduced =
        recorder.trace(new byte[0], "reduce", "full.ptrace", "-o", "reduced.ptrace");
    assertEquals(0, reduced.code(), reduced.err());
    assertEquals(rows("visits.ptrace", "visits"), rows("reduced.ptrace", "visits"));
  }

  @Test
  void aTraceThatIsThereIsNotOverwritten() throws IOException {
    assertEquals(0, record("once.ptrace", new byte[0], "true").code());
    Recorder.Result again = record("once.ptrace", new byte[0], "true");
    assertEquals(2, again.code());
    assertEquals(1, again.err().lines().count(), again.err());
    assertTrue(again.err().contains("once.ptrace"), again.err());
    assertEquals(
        0,
        recorder.trace(new byte[0], "record", "-q", "--force", "-o", "once.ptrace", "true").code());
    assertTrue(Files.exists(directory.resolve("once.ptrace/manifest.json")));
  }

  @Test
  void anUnknownProgramIsOneLineAndCode3() {
    Recorder.Result result = record("none.ptrace", new byte[0], "no-such-program");
    assertEquals(3, result.code());
    assertEquals(1, result.err().lines().count(), result.err());
    assertFalse(Files.exists(directory.resolve("none.ptrace")));
  }
}
