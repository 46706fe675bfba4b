package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The archives of classes that the build makes for the commands: see dist/class-archives.sh. */
@Tag("end-to-end")
final class ClassArchiveTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "popcorn-trace, tracer.TraceCommand",
    "popcorn-replay, replay.ReplayCommand",
    "popcorn-sql, analysis.SqlCommand",
    "popcorn-report, reports.ReportCommand"
  })
  void aCommandMapsItsClassesFromTheArchive(String command, String main) throws IOException {
    Path loaded = folder.resolve("loaded");
    version(command, "-Xlog:class+load:file=" + loaded);
    List<String> lines = Files.readAllLines(loaded);
    assertTrue(
        lines.stream().anyMatch(line -> line.contains(main + " source: shared objects file (top)")),
        main + " does not come from the archive");
  }

  @Test
  void aCommandWhoseArchiveDoesNotFitStartsWithoutOne() throws IOException {
    Path archive = Files.writeString(folder.resolve("other.jsa"), "no archive");
    version("popcorn-replay", "-XX:SharedArchiveFile=" + archive);
  }

  private void version(String command, String options) {
    Shell.Result result =
        Shell.run(
            folder,
            new byte[0],
            Map.of("POPCORN_JAVA_OPTS", options),
            List.of(Shell.home().resolve("bin").resolve(command).toString(), "--version"));
    assertEquals(0, result.exitCode(), result.stderr());
    assertEquals("", result.stderr());
    assertTrue(result.stdout().startsWith("popcorn-replay "), result.stdout());
  }
}
