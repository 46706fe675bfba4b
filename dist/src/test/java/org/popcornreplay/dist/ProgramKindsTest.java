package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kinds of programs: processes, signals, exceptions, code that comes and goes, crowds of threads.
 * Recorded they print what they print, the trace is sound, and it replays.
 */
@Tag("end-to-end")
final class ProgramKindsTest {
  private static final String SOURCES = "dist/src/test/programs/breadth/";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "processes.c",
        "signals.c",
        "signals.c -static-pie",
        "faults.c",
        "faults.c -static-pie",
        "throws.cc",
        "code.c",
        "crowd.c -no-pie",
        "crowd.c -static"
      })
  void doesTheSameWhenRecordedAndItsTraceReplays(String kind) {
    String[] words = kind.split(" ", -1);
    Path program = folder.resolve("program");
    List<String> compile = new ArrayList<>();
    compile.add(words[0].endsWith(".c") ? "gcc" : "g++");
    compile.addAll(List.of("-O1", "-g", "-pthread", "-o", program.toString()));
    compile.addAll(List.of(words).subList(1, words.length));
    compile.add(SOURCES + words[0]);
    Shell.Result compiled = Shell.run(Shell.home(), new byte[0], Map.of(), compile);
    assertEquals(0, compiled.exitCode(), compiled.stderr());

    boolean crowd = words[0].equals("crowd.c");
    List<String> command =
        crowd ? List.of(program.toString(), "500", "100") : List.of(program.toString());
    Shell.Result plain = Shell.run(folder, new byte[0], Map.of(), command);
    Path trace = folder.resolve("t.ptrace");
    List<Object> record = new ArrayList<>(List.of("record", "--quiet", "-o", trace, "--"));
    record.addAll(command);
    Shell.Result recorded = Shell.popcorn("popcorn-trace", record.toArray());
    assertEquals(plain.stdout(), recorded.stdout());
    assertEquals(plain.stderr(), recorded.stderr());
    assertEquals(plain.exitCode(), recorded.exitCode());

    Shell.Result check = Shell.popcorn("popcorn-trace", "check", trace);
    assertEquals(0, check.exitCode(), check.stdout() + check.stderr());
    for (String placement : List.of("origin", "block")) {
      Shell.Result replayed =
          Shell.popcorn("popcorn-replay", "--nodes", 4, "--placement", placement, trace);
      assertEquals(0, replayed.exitCode(), placement + ": " + replayed.stderr());
    }
  }
}
