package org.popcornreplay.tracer.capture;

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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code record --follow-children}: a trace for each process image. */
class FollowChildrenTest {
  @TempDir Path directory;
  private Recorder recorder;

  @BeforeEach
  void begin() {
    recorder = new Recorder(directory);
  }

  private Recorder.Result follow(String... words) {
    List<String> command =
        new ArrayList<>(List.of("record", "--quiet", "--follow-children", "-o", "trace"));
    command.addAll(Arrays.asList(words));
    return recorder.trace(new byte[0], command.toArray(String[]::new));
  }

  private JsonNode info(String trace) throws IOException {
    return new ObjectMapper().readTree(recorder.trace(new byte[0], "info", "--json", trace).out());
  }

  private List<JsonNode> processes() throws IOException {
    return StreamSupport.stream(info("trace").path("processes").spliterator(), false).toList();
  }

  private void assertSound() {
    Recorder.Result check = recorder.trace(new byte[0], "check", "trace");
    assertEquals(0, check.code(), check.text() + check.err());
  }

  private JsonNode child(JsonNode process) throws IOException {
    return info("trace/" + process.path("trace").asText());
  }

  @Test
  void aPipelineGivesATraceForTheShellItsTwoForksAndTheTwoPrograms() throws IOException {
    Files.writeString(directory.resolve("x"), "some text\n".repeat(100));
    List<String> shell = List.of("sh", "-c", "gzip -nc x | wc -c; exit 3");
    Recorder.Result plain = recorder.run(new byte[0], shell);
    Recorder.Result recorded = follow(shell.toArray(String[]::new));
    assertEquals(3, recorded.code(), recorded.err());
    assertEquals(plain.text(), recorded.text());
    assertEquals("", recorded.err());
    assertSound();
    List<JsonNode> processes = processes();
    assertEquals(4, processes.size(), processes.toString());
    for (String name : List.of("gzip", "wc")) {
      JsonNode one =
          processes.stream()
              .filter(p -> p.path("program").asText().endsWith("/" + name))
              .findFirst()
              .orElseThrow();
      assertEquals("exec", one.path("began").asText());
      assertEquals(0, one.path("exit_code").asInt(-1));
      assertTrue(one.path("complete").asBoolean());
      JsonNode fork = processes.get(one.path("from").asInt() - 1);
      assertEquals(one.path("pid"), fork.path("pid"));
      assertEquals("fork", fork.path("began").asText());
      assertEquals(0, fork.path("from").asInt(-1));
      assertTrue(child(one).path("instructions").asLong() > 50_000);
      assertEquals(
          fork.path("pid").asText(), eventResult("trace", "SYSCALL", fork), "the fork's result");
    }
  }

  /** The result of the event after which a process began, in the trace that it came from. */
  private String eventResult(String trace, String kind, JsonNode process) {
    List<String> rows =
        recorder
            .trace(new byte[0], "dump", trace, "--table", "events", "--csv")
            .text()
            .lines()
            .toList();
    List<String> names = List.of(rows.get(0).split(",", -1));
    return rows.stream()
        .map(row -> row.split(",", -1))
        .filter(row -> row[names.indexOf("thread")].equals(process.path("thread").asText()))
        .filter(
            row -> row[names.indexOf("instructions")].equals(process.path("instructions").asText()))
        .filter(row -> row[names.indexOf("kind")].equals(kind))
        .map(row -> row[names.indexOf("result")])
        .findFirst()
        .orElse("no such event");
  }

  @Test
  void aForkedChildThatUsesThreadsHasThemInItsOwnTrace() throws IOException {
    String family = recorder.compile("family.c").toString();
    Recorder.Result recorded = follow("--detail", "full", family, "threads");
    assertEquals("3 0\n", recorded.text(), recorded.err());
    assertEquals(5, recorded.code());
    assertSound();
    JsonNode child = child(processes().get(0));
    assertEquals(4, child.path("threads").asInt());
    assertTrue(child.path("sync_events").asLong() >= 6000, child.toString());
    assertEquals(3, child.path("exit_code").asInt(-1));
    assertEquals("threads", child.path("arguments").path(0).asText());
  }

  @Test
  void aTreeOfForksIsRecordedUpToTheLimitAndTheRestRuns() throws IOException {
    String family = recorder.compile("family.c").toString();
    Recorder.Result recorded = follow("--most-processes", "4", family, "tree", "2");
    assertEquals("7\n", recorded.text(), recorded.err());
    assertEquals(1, recorded.err().lines().count(), recorded.err());
    assertTrue(recorded.err().contains("processes=4 "), recorded.err());
    assertSound();
    assertEquals(4, processes().size());
    Recorder.Result all = follow("--force", family, "tree", "2");
    assertEquals("", all.err());
    assertSound();
    List<JsonNode> processes = processes();
    assertEquals(6, processes.size());
    assertEquals(
        List.of("0", "1", "1", "0", "4", "4"),
        processes.stream().map(p -> p.path("from").asText()).toList());
    assertEquals(
        List.of("3", "1", "1", "3", "1", "1"),
        processes.stream().map(p -> p.path("exit_code").asText()).toList());
  }

  @Test
  void aChildThatOutlivesItsParentIsRecordedToItsEnd() throws IOException {
    String family = recorder.compile("family.c").toString();
    Recorder.Result recorded = follow(family, "outlive");
    assertEquals("late\n", recorded.text(), recorded.err());
    assertEquals(4, recorded.code());
    assertSound();
    JsonNode child = processes().get(0);
    assertTrue(child.path("complete").asBoolean());
    assertEquals(9, child.path("exit_code").asInt(-1));
  }

  @Test
  void aKilledChildLeavesATraceThatIsMarked() throws IOException {
    String family = recorder.compile("family.c").toString();
    Recorder.Result recorded = follow(family, "killed");
    assertEquals("-1 9\n", recorded.text(), recorded.err());
    assertEquals(5, recorded.code());
    assertSound();
    JsonNode child = processes().get(0);
    assertFalse(child.path("complete").asBoolean(true));
    assertEquals(128 + 9, child.path("exit_code").asInt(-1));
    assertTrue(info("trace").path("complete").asBoolean());
    assertEquals(0, recorder.trace(new byte[0], "info", "trace/children/1-family").code());
  }

  @Test
  void whenTheRecorderIsKilledTheChildrenEndToo() throws Exception {
    String family = recorder.compile("family.c").toString();
    Path said = directory.resolve("said");
    Process process =
        new ProcessBuilder(
                Recorder.command("record", "--follow-children", "-o", "trace", family, "linger"))
            .directory(directory.toFile())
            .redirectOutput(said.toFile())
            .redirectError(directory.resolve("noted").toFile())
            .start();
    try {
      await(() -> Files.readString(said).endsWith("\n"));
      Path child = Path.of("/proc", Files.readString(said).strip(), "stat");
      await(() -> process.children().findAny().isEmpty()); // the main program has ended
      assertTrue(runs(child), "the child waits");
      process.destroyForcibly();
      await(() -> !runs(child));
    } finally {
      process.destroyForcibly();
    }
    List<JsonNode> processes = processes();
    assertEquals(1, processes.size());
    assertFalse(processes.get(0).path("complete").asBoolean(true));
    assertFalse(info("trace").path("complete").asBoolean(true));
  }

  @Test
  void aTimeOutEndsWhatTheProgramLeftBehind() throws IOException {
    String family = recorder.compile("family.c").toString();
    Recorder.Result recorded = follow("--timeout", "3", family, "linger");
    assertEquals(6, recorded.code(), recorded.err());
    assertSound();
    assertEquals(1, processes().size());
  }

  @Test
  void withoutTheOptionChildrenRunUntraced() throws IOException {
    String family = recorder.compile("family.c").toString();
    Recorder.Result recorded =
        recorder.trace(new byte[0], "record", "--quiet", "-o", "trace", family, "tree", "1");
    assertEquals("3\n", recorded.text(), recorded.err());
    assertSound();
    assertFalse(Files.exists(directory.resolve("trace/children")));
    assertFalse(info("trace").has("processes"));
  }

  @Test
  void aProgramThatReplacesItselfUnfollowedIsTold() throws IOException {
    Recorder.Result recorded =
        recorder.trace(new byte[0], "record", "-o", "trace", "sh", "-c", "exec bash -c 'exit 7'");
    assertEquals(7, recorded.code(), recorded.err());
    assertTrue(recorded.err().contains("became another one (exec)"), recorded.err());
    assertSound();
  }

  @Test
  void aProgramThatReplacesItselfIsFollowedAndItsExitCodeIsTheRecordings() throws IOException {
    Recorder.Result recorded = follow("sh", "-c", "exec bash -c 'exit 7'");
    assertEquals(7, recorded.code(), recorded.err());
    assertSound();
    List<JsonNode> processes = processes();
    assertEquals(1, processes.size());
    assertEquals("exec", processes.get(0).path("began").asText());
    assertEquals(7, processes.get(0).path("exit_code").asInt(-1));
    assertEquals(info("trace").path("process").path("pid"), processes.get(0).path("pid"));
  }

  @Test
  void programsThatPosixSpawnStartsAndTheirArgumentsAreTold() throws IOException {
    String family = recorder.compile("family.c").toString();
    Recorder.Result recorded = follow(family, "spawn", "a b", "ü");
    assertEquals("a b ü\n", recorded.text(), recorded.err());
    assertSound();
    JsonNode last = processes().get(processes().size() - 1);
    assertEquals("/bin/echo", last.path("program").asText());
    assertEquals(List.of("a b", "ü"), texts(last.path("arguments")));
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  @Test
  void aMissingOrForeignDirectoryAmongTheChildrenIsAFault() throws IOException {
    String family = recorder.compile("family.c").toString();
    assertEquals(0, follow(family, "tree", "1").code());
    Files.move(
        directory.resolve("trace/children/2-family"), directory.resolve("trace/children/7-other"));
    Recorder.Result check = recorder.trace(new byte[0], "check", "trace");
    assertEquals(1, check.code());
    assertTrue(check.text().contains("trace=children/2-family is missing"), check.text());
    assertTrue(check.text().contains("children/7-other: not in manifest.json"), check.text());
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws IOException, InterruptedException {
    for (int tries = 0; !condition.holds(); tries++) {
      assertTrue(tries < 1200, "waited for a minute");
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** A zombie does not run. */
  private static boolean runs(Path stat) throws IOException {
    try (Stream<String> lines = Files.lines(stat, StandardCharsets.ISO_8859_1)) {
      return lines.noneMatch(line -> line.contains(") Z "));
    } catch (java.nio.file.NoSuchFileException e) {
      return false;
    }
  }
}
