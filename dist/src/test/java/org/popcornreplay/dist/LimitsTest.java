package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The limits of docs/reliability.md: what is beyond them is refused in one line. */
@Tag("end-to-end")
@Tag("reliability")
final class LimitsTest {
  @TempDir static Path folder;

  @BeforeAll
  static void prepare() {
    assertEquals(
        0,
        Shell.popcorn("popcorn-trace", "generate", "lock", "--rounds", 2, "-o", trace())
            .exitCode());
  }

  private static Path trace() {
    return folder.resolve("t.ptrace");
  }

  private static Shell.Result run(String command) {
    String[] words = command.replace("TRACE", trace().toString()).split(" ", -1);
    return Shell.run(
        folder,
        new byte[0],
        Map.of(),
        Stream.concat(
                Stream.of(Shell.home().resolve("bin/" + words[0]).toString()),
                Arrays.stream(words).skip(1))
            .toList());
  }

  @ParameterizedTest
  @CsvSource({
    "popcorn-replay --nodes 1025 TRACE,1 to 1024",
    "popcorn-replay --nodes 99999999999 TRACE,--nodes",
    "popcorn-replay --nodes 2 --page-size 32 TRACE,from 64 to 2097152",
    "popcorn-replay --nodes 2 --page-size 4194304 TRACE,from 64 to 2097152",
    "popcorn-replay --nodes 2 --page-size 4095 TRACE,power of two",
    "popcorn-replay --nodes 2 --cores 4097 TRACE,0 to 4096",
    "popcorn-trace record --slice 127 -o x -- true,128 to 1000000000",
    "popcorn-trace record --pretend-nodes 33 -o x -- true,1 to 32",
    "popcorn-trace generate lock --threads 100000000 -o x,--threads",
    "popcorn-trace generate lock --pages -1 -o x,--pages"
  })
  void beyond(String command, String mention) {
    Shell.Result result = run(command);
    assertEquals(2, result.exitCode(), result.stderr());
    assertEquals(1, result.stderr().lines().count(), result.stderr());
    assertTrue(result.stderr().contains(mention), result.stderr());
  }

  @ParameterizedTest
  @CsvSource({
    "popcorn-replay -q --nodes 1024 TRACE",
    "popcorn-replay -q --nodes 2 --page-size 2097152 TRACE",
    "popcorn-replay -q --nodes 2 --page-size 64 TRACE",
    "popcorn-replay -q --nodes 2 --cores 4096 TRACE"
  })
  void within(String command) {
    Shell.Result result = run(command);
    assertEquals(0, result.exitCode(), result.stderr());
  }

  private static Path sparse(String name, long bytes) throws IOException {
    Path file = folder.resolve(name);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(bytes);
    }
    return file;
  }

  @Test
  void filesThatAreTooLargeAreNotRead() throws IOException {
    sparse("placement.yaml", (1L << 24) + 1);
    sparse("profile.yaml", (1L << 20) + 1);
    sparse("big.litmus", 1L << 40);
    Path copy = Files.createDirectories(folder.resolve("copy.ptrace"));
    try (var files = Files.list(trace())) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    sparse("copy.ptrace/manifest.json", (1L << 24) + 1);
    for (String command :
        List.of(
            "popcorn-replay --nodes 2 --placement file:placement.yaml TRACE",
            "popcorn-replay --nodes 2 --profile profile.yaml TRACE",
            "popcorn-replay litmus big.litmus",
            "popcorn-trace info copy.ptrace")) {
      Shell.Result result = run(command);
      assertTrue(result.exitCode() == 2 || result.exitCode() == 3, result.stderr());
      assertEquals(1, result.stderr().lines().count(), result.stderr());
    }
  }

  @Test
  void aThreadNumberBeyondTheLimit() throws IOException {
    Shell.Result most = run("popcorn-trace generate private --threads 5000 --rounds 1 -o many");
    // Whoever can make it can replay it.
    if (most.exitCode() == 0) {
      assertEquals(0, run("popcorn-replay -q --nodes 4 many").exitCode());
    } else {
      assertEquals(2, most.exitCode(), most.stderr());
    }
  }
}
