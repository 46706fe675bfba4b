package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Instructions, reads and writes of a full trace are those that Valgrind's lackey counts of the
 * same execution, to the last one. The programs are static, because what is preloaded into a
 * dynamic one is not the same under the two tools. They get the same environment, and what differs
 * in it has the same length: the C library's start looks through it, and takes other ways where a
 * text lies across two pages. One difference is left: lackey sees two loads in a locked instruction
 * other than compare-and-exchange, where the processor makes one. The C library's start and end
 * have 8 of these, the load {@code locked} has 2,000 more.
 */
class IndependentCountsTest {
  private static final Pattern INSTRUCTIONS = Pattern.compile("guest instrs:\\s+([0-9,]+)");
  private static final Pattern LOADS_AND_STORES =
      Pattern.compile("(?m)^==\\d+==\\s+[IFVD]\\d+\\s+([0-9,]+)\\s+([0-9,]+)");

  private static final String PAD = "PAD=";
  private static final String LIBRARY = "VALGRIND_LIB=";
  private static final String PRELOAD = "LD_PRELOAD=";
  private static final int PAD_BYTES = 500;

  @TempDir Path directory;
  private Recorder recorder;

  /** Of a recorded program. */
  private List<String> environment;

  private int pad = PAD_BYTES;
  private int preload = 1;

  /** What is counted. */
  private record Counts(long instructions, long reads, long writes) {}

  @TestFactory
  Stream<DynamicTest> countsAreThoseOfLackey() {
    recorder = new Recorder(directory);
    String program = recorder.compile("loads.c", "-O1", "-static").toString();
    environment = environment(recorded("env", "-0"));
    List<String> theirs = environment(lackey("env", "-0"));
    preload += length(environment, PRELOAD) - length(theirs, PRELOAD);
    pad += length(environment, LIBRARY) - length(theirs, LIBRARY);
    return Stream.of("matmul", "chase", "text", "sort", "bits", "heap", "locked")
        .map(load -> DynamicTest.dynamicTest(load, () -> compare(program, load)));
  }

  private static List<String> environment(Recorder.Result printed) {
    assertEquals(0, printed.code(), printed.err());
    return List.of(printed.text().split("\0", 0));
  }

  private static int length(List<String> environment, String name) {
    return environment.stream().filter(v -> v.startsWith(name)).findFirst().orElseThrow().length();
  }

  private void compare(String program, String load) throws IOException {
    Recorder.Result recorded = recorded(program, load);
    assertEquals(0, recorded.code(), recorded.err());
    Recorder.Result counted = lackey(program, load);
    assertEquals(recorded.text(), counted.text());
    JsonNode info =
        new ObjectMapper().readTree(recorder.trace(new byte[0], "info", "--json", "trace").out());
    long twice = 8L + (load.equals("locked") ? 2000L : 0);
    assertEquals(
        counts(counted.err()),
        new Counts(
            info.path("instructions").asLong(),
            info.path("reads").asLong() + twice,
            info.path("writes").asLong()));
  }

  private Recorder.Result recorded(String... program) {
    List<String> words =
        new ArrayList<>(List.of("record", "-q", "--force", "--detail", "full", "-o", "trace"));
    words.addAll(List.of(program));
    List<String> command = new ArrayList<>(List.of("env", PAD + "x".repeat(PAD_BYTES)));
    command.addAll(Recorder.command(words.toArray(String[]::new)));
    return recorder.run(new byte[0], command);
  }

  private Recorder.Result lackey(String... program) {
    Path programs = Valgrind.installed().programs();
    String tool = programs.resolve("lackey-amd64-linux").toString();
    List<String> command = new ArrayList<>(List.of("env", "-i"));
    for (String variable : environment) {
      if (variable.startsWith(LIBRARY)) {
        command.add(LIBRARY + programs);
      } else if (variable.startsWith(PAD)) {
        command.add(PAD + "x".repeat(pad));
      } else if (variable.startsWith(PRELOAD)) {
        command.add(PRELOAD + "x".repeat(preload)); // Valgrind puts its own before it
      } else {
        command.add(variable);
      }
    }
    command.add("VALGRIND_LAUNCHER=" + tool);
    command.addAll(
        List.of(
            tool,
            "--command-line-only=yes",
            "--tool=lackey",
            "--basic-counts=yes",
            "--detailed-counts=yes"));
    command.addAll(List.of(program));
    return recorder.run(new byte[0], command);
  }

  private static Counts counts(String said) {
    Matcher instructions = INSTRUCTIONS.matcher(said);
    assertEquals(true, instructions.find(), said);
    long loads = 0;
    long stores = 0;
    for (Matcher row = LOADS_AND_STORES.matcher(said); row.find(); ) {
      loads += number(row.group(1));
      stores += number(row.group(2));
    }
    return new Counts(number(instructions.group(1)), loads, stores);
  }

  private static long number(String text) {
    return Long.parseLong(text.replace(",", ""));
  }
}
