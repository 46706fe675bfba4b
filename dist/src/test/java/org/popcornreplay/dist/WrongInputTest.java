package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrong input gets one clear line and the exit code that scripts rely on. */
@Tag("end-to-end")
final class WrongInputTest {
  @TempDir static Path folder;
  private static Path trace;

  @BeforeAll
  static void record() {
    trace = folder.resolve("good.ptrace");
    Shell.Result result = Shell.popcorn("popcorn-trace", "record", "-o", trace, "--", "/bin/true");
    assertEquals(0, result.exitCode(), result.stderr());
  }

  private static void refuses(int exitCode, String mention, String launcher, Object... arguments) {
    Shell.Result result = Shell.popcorn(launcher, arguments);
    assertEquals(exitCode, result.exitCode(), result.stderr());
    assertEquals(1, result.stderr().lines().count(), result.stderr());
    assertTrue(result.stderr().contains(mention), result.stderr());
    assertFalse(result.stderr().contains("Exception"), result.stderr());
    assertEquals("", result.stdout());
  }

  private static Path copy(String name) throws IOException {
    Path to = folder.resolve(name);
    try (Stream<Path> files = Files.walk(trace)) {
      for (Path file : files.sorted(Comparator.naturalOrder()).toList()) {
        Files.copy(file, to.resolve(trace.relativize(file).toString()));
      }
    }
    return to;
  }

  @Test
  void unknownProgram() {
    Shell.Result result =
        Shell.popcorn(
            "popcorn-trace", "record", "-o", folder.resolve("x.ptrace"), "--", "no-such-program");
    assertEquals(1, result.stderr().lines().count(), result.stderr());
    assertTrue(result.stderr().contains("no-such-program"), result.stderr());
    assertTrue(result.exitCode() == 3 || result.exitCode() == 127, "exit " + result.exitCode());
    assertFalse(Files.exists(folder.resolve("x.ptrace")));
  }

  @Test
  void noTraceThere() {
    refuses(3, "nowhere.ptrace", "popcorn-replay", "--nodes", 2, folder.resolve("nowhere.ptrace"));
    refuses(3, "nowhere.ptrace", "popcorn-trace", "info", folder.resolve("nowhere.ptrace"));
  }

  @Test
  void missingFile() throws IOException {
    Path broken = copy("missing.ptrace");
    Files.delete(broken.resolve("visits.arrows"));
    refuses(3, "visits.arrows", "popcorn-replay", "--nodes", 2, broken);
  }

  @Test
  void cutFile() throws IOException {
    Path broken = copy("cut.ptrace");
    try (RandomAccessFile file =
        new RandomAccessFile(broken.resolve("visits.arrows").toFile(), "rw")) {
      file.setLength(file.length() * 2 / 3);
    }
    refuses(3, "visits.arrows", "popcorn-replay", "--nodes", 2, broken);
  }

  @Test
  void brokenManifest() throws IOException {
    Path broken = copy("manifest.ptrace");
    Files.writeString(broken.resolve("manifest.json"), "{\"format_version\": 1, ");
    refuses(3, "manifest.json", "popcorn-replay", "--nodes", 2, broken);
  }

  @Test
  void noNodes() {
    refuses(2, "nodes", "popcorn-replay", "--nodes", 0, trace);
  }

  @Test
  void unknownProfile() {
    refuses(
        2,
        "no-such-profile",
        "popcorn-replay",
        "--nodes",
        2,
        "--profile",
        "no-such-profile",
        trace);
  }

  @Test
  void unknownOption() {
    refuses(2, "--no-such-option", "popcorn-replay", "--no-such-option", trace);
  }

  @Test
  void notARunStore() throws IOException {
    Path text = Files.writeString(folder.resolve("text.duckdb"), "not a database");
    refuses(3, "text.duckdb", "popcorn-sql", text, "summary");
    refuses(3, "text.duckdb", "popcorn-report", text, "-o", folder.resolve("r"));
  }

  @Test
  void launchersWorkFromAnyFolderThroughASymbolicLinkAndSayTheirVersion() throws IOException {
    for (String launcher :
        List.of("popcorn-trace", "popcorn-replay", "popcorn-sql", "popcorn-report")) {
      Path link = folder.resolve(launcher);
      Files.createSymbolicLink(link, Shell.home().resolve("bin/" + launcher));
      Shell.Result result =
          Shell.run(folder, new byte[0], Map.of(), List.of(link.toString(), "--version"));
      assertEquals(0, result.exitCode(), result.stderr());
      assertEquals("", result.stderr());
      assertTrue(result.stdout().startsWith("popcorn-replay 0."), result.stdout());
    }
  }
}
