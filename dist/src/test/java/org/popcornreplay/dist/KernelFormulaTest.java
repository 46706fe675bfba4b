package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs whose messages a real Popcorn kernel sends in closed form (docs/validation.md). */
@Tag("end-to-end")
final class KernelFormulaTest {
  @TempDir static Path folder;
  private static Path probe;

  @BeforeAll
  static void compile() {
    probe = folder.resolve("probe");
    String source = "traces/samples/kernel/probe.c";
    Shell.Result gcc =
        Shell.run(
            Shell.home(),
            new byte[0],
            Map.of(),
            List.of(
                "gcc", "-O1", "-static", "-no-pie", "-pthread", "-o", probe.toString(), source));
    assertEquals(0, gcc.exitCode(), gcc.stderr());
  }

  /**
   * In an environment of always the same size: it lies above the stack, and where it moves the
   * border between two pages into main's frame, each round trip costs a page more.
   */
  private static Shell.Result record(Path trace, String name, int pages) {
    List<String> words = new ArrayList<>(List.of("env", "-i", "PATH=/usr/bin:/bin"));
    words.add("JAVA_HOME=" + System.getProperty("java.home"));
    for (String kept : List.of("HOME", "XDG_CACHE_HOME")) {
      if (System.getenv(kept) != null) {
        words.add(kept + "=" + System.getenv(kept));
      }
    }
    words.add(Shell.home().resolve("bin/popcorn-trace").toString());
    words.addAll(List.of("record", "-o", trace.toString(), "--", probe.toString(), name));
    words.add(Integer.toString(pages));
    return Shell.run(Shell.home(), new byte[0], Map.of(), words);
  }

  @ParameterizedTest
  @CsvSource({
    "trip, 1, 16",
    "trip, 7, 82",
    "read, 5, 34",
    "back, 9, 78",
    "map, 12, 46",
    "share, 6, 96",
    "leave, 1, 28",
    "leave, 2, 56",
  })
  void sendsAsManyMessagesAsTheKernel(String name, int pages, long messages) throws IOException {
    Path trace = folder.resolve(name + pages + ".ptrace");
    Shell.Result recorded = record(trace, name, pages);
    assertEquals(0, recorded.exitCode(), recorded.stderr());
    Shell.Result replayed =
        Shell.popcorn(
            "popcorn-replay",
            "--nodes",
            3,
            "--cores",
            1,
            "--placement",
            "trace",
            "--profile",
            "oracle-vm",
            "--json",
            trace);
    assertEquals(0, replayed.exitCode(), replayed.stderr());
    long total = 0;
    for (JsonNode direction : new ObjectMapper().readTree(replayed.stdoutBytes()).get("messages")) {
      for (JsonNode type : direction) {
        total += type.get(0).asLong();
      }
    }
    assertEquals(messages, total);
  }
}
