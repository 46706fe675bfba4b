package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Programs written for Popcorn: the system call numbers of each of its kernels, static and dynamic,
 * with and without threads. They believe what they are told, and their recordings replay.
 */
@Tag("end-to-end")
final class PopcornProgramsTest {
  private static final String SOURCES = "dist/src/test/programs/popcorn/";
  private static final String ANSWERS =
      """
      node_info 0: here 0, up 1 1 1 1, arch 1
      status 0: node 0, peer -1 -1
      to itself -16, too high -22, too low -22, nothing proposed -22, offline -11
      to 1: 0, here 1, again -16, peer is a process 1
      back: 0, here 0
      bad pointers: 22 22
      """;
  private static final String PROPOSALS =
      """
      propose 0: 2, migrate 0: here 2, proposed -1
      propose: no such thread 2, no such node 22
      """;

  @TempDir Path folder;

  private Path compile(String name, String... flags) {
    Path program = folder.resolve(name);
    List<String> gcc = new ArrayList<>(List.of("gcc", "-O2", "-g", "-pthread"));
    gcc.addAll(List.of(flags));
    gcc.addAll(List.of("-o", program.toString(), SOURCES + name + ".c"));
    Shell.Result result = Shell.run(Shell.home(), new byte[0], Map.of(), gcc);
    assertEquals(0, result.exitCode(), result.stderr());
    return program;
  }

  private Shell.Result record(Path trace, Object... program) {
    List<Object> words = new ArrayList<>(List.of("record", "--quiet", "-o", trace, "--"));
    words.addAll(List.of(program));
    Shell.Result recorded = Shell.popcorn("popcorn-trace", words.toArray());
    assertEquals(0, recorded.exitCode(), recorded.stderr() + recorded.stdout());
    assertEquals("", recorded.stderr());
    Shell.Result check = Shell.popcorn("popcorn-trace", "check", trace);
    assertEquals(0, check.exitCode(), check.stdout() + check.stderr());
    return recorded;
  }

  private static JsonNode replay(Path trace, Object... more) throws IOException {
    List<Object> words = new ArrayList<>(List.of("--nodes", 4, "--json"));
    words.addAll(List.of(more));
    words.add(trace);
    Shell.Result result = Shell.popcorn("popcorn-replay", words.toArray());
    assertEquals(0, result.exitCode(), result.stderr());
    return new ObjectMapper().readTree(result.stdoutBytes());
  }

  /** Messages of a type in all directions. */
  private static long sent(JsonNode run, String type) {
    long total = 0;
    for (JsonNode direction : run.get("messages")) {
      total += direction.path(type).path(0).asLong();
    }
    return total;
  }

  @ParameterizedTest
  @CsvSource({
    "2018, -static, -no-pie",
    "2018, -fPIE, -pie",
    "2019, -static, -no-pie",
    "2019, -fPIE, -pie",
    "2019, -fPIE, -static-pie",
    "2020, -static, -no-pie",
    "2020, -fPIE, -pie",
    "2020, -fPIE, -static-pie"
  })
  void everyCallAnswersAsTheKernelDoes(int kernel, String first, String second) throws IOException {
    Path trace = folder.resolve("t.ptrace");
    Shell.Result recorded =
        record(trace, compile("answers", "-DKERNEL=" + kernel, first, second).toString());
    assertEquals(kernel == 2020 ? ANSWERS : ANSWERS + PROPOSALS, recorded.stdout());
    JsonNode run = replay(trace);
    int trips = kernel == 2020 ? 1 : 2;
    assertEquals(trips, sent(run, "TASK_MIGRATE"), run.toString());
    assertEquals(trips, sent(run, "TASK_PAIRING"), run.toString());
    assertEquals(trips, sent(run, "TASK_MIGRATE_BACK"), run.toString());
  }

  @ParameterizedTest
  @CsvSource({"2018, -static", "2018, -pie", "2019, -pie", "2020, -static", "2020, -pie"})
  void threadsMigrateByTheirNumberAndMeetAtBarriers(int kernel, String linked) throws IOException {
    Path trace = folder.resolve("t.ptrace");
    Path crew = compile("crew", "-DKERNEL=" + kernel, "-fPIE", linked);
    Shell.Result recorded = record(trace, crew, 6, 2, 3);
    // Round r adds 6 times r + 1.
    assertEquals("PASSED total 36\n", recorded.stdout());
    JsonNode run = replay(trace);
    assertEquals(4, sent(run, "TASK_MIGRATE"), run.toString());
    assertEquals(4, sent(run, "TASK_MIGRATE_BACK"), run.toString());
    assertEquals(8, run.get("migrations").asInt(), run.toString());
    // Four threads at remotes, each meets two barriers a round.
    assertTrue(sent(run, "FUTEX_REQUEST") >= 4 * 2 * 3, run.toString());
    assertTrue(sent(run, "REMOTE_PAGE_REQUEST") >= 4 * 3, run.toString());
    for (String placement : List.of("origin", "block", "round-robin")) {
      replay(trace, "--placement", placement);
    }
  }

  @Test
  void aTeamOfOpenMpMigratesAtTheBeginAndEndOfItsRegion() throws IOException {
    Path trace = folder.resolve("t.ptrace");
    Path means = compile("means", "-DKERNEL=2019", "-fopenmp");
    Shell.Result recorded = record(trace, means, 1);
    assertEquals("PASSED 73 iterations, means 58 179 300 423 552 682 817 954\n", recorded.stdout());
    JsonNode run = replay(trace);
    assertEquals(3, sent(run, "TASK_MIGRATE"), run.toString());
    assertEquals(3, sent(run, "TASK_MIGRATE_BACK"), run.toString());
  }

  @Test
  void todaysMeaningOfTheNumbersIsLeftToTheKernel() throws IOException {
    Path today = compile("today");
    Shell.Result plain = Shell.run(folder, new byte[0], Map.of(), List.of(today.toString()));
    Path trace = folder.resolve("t.ptrace");
    assertEquals(plain.stdout(), record(trace, today.toString()).stdout());
    assertEquals(0, sent(replay(trace, "--placement", "trace"), "TASK_MIGRATE"));
  }
}
