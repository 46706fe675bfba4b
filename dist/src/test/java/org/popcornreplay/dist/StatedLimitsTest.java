package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The limits of docs/reliability.md: one more is refused in one line that names the limit. */
@Tag("end-to-end")
@Tag("reliability")
final class StatedLimitsTest {
  @TempDir static Path folder;
  private static Path trace;

  @BeforeAll
  static void prepare() {
    trace = folder.resolve("t.ptrace");
    assertEquals(0, InProcess.trace("generate", "lock", "--rounds", 3, "-o", trace).exitCode());
  }

  private static void refused(int exitCode, String line, Shell.Result result) {
    assertEquals(exitCode, result.exitCode(), result.stderr());
    assertEquals(1, result.stderr().lines().count(), result.stderr());
    assertTrue(result.stderr().contains(line), result.stderr());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --nodes      | 1025    | --nodes=1025, expected 1 to 1024
          --nodes      | 0       | --nodes=0, expected 1 to 1024
          --cores      | 4097    | --cores=4097, expected 0 to 4096
          --page-size  | 32      | --page-size=32, expected a power of two from 64 to 2097152
          --page-size  | 4194304 | --page-size=4194304, expected a power of two from 64 to 2097152
          --page-size  | 4095    | --page-size=4095, expected a power of two from 64 to 2097152
          """)
  void optionsOfAReplay(String option, String value, String line) {
    if (option.equals("--nodes")) {
      refused(2, line, InProcess.replay(option, value, trace));
    } else {
      refused(2, line, InProcess.replay("--nodes", 2, option, value, trace));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --threads | 65537    | --threads=65537, expected 1 to 65536
          --pages   | 16777217 | --pages=16777217, expected 1 to 16777216
          --nodes   | 1025     | --nodes=1025, expected 0 to 1024
          --slice   | 0        | --slice=0, expected 1 to 2147483647
          """)
  void optionsOfAGeneratedTrace(String option, String value, String line) {
    Path out = folder.resolve("never.ptrace");
    refused(2, line, InProcess.trace("generate", "lock", option, value, "-o", out));
    assertTrue(Files.notExists(out));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --slice         | 127        | --slice=127, expected 128 to 1000000000
          --slice         | 1000000001 | --slice=1000000001, expected 128 to 1000000000
          --pretend-nodes | 33         | --pretend-nodes=33, expected 1 to 32
          """)
  void optionsOfARecording(String option, String value, String line) {
    refused(2, line, InProcess.trace("record", option, value, "/bin/true"));
  }

  /** A file of zeros that takes no space on the disk. */
  private static Path large(String name, long bytes) throws IOException {
    Path file = folder.resolve(name);
    try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
      random.setLength(bytes);
    }
    return file;
  }

  @Test
  void filesThatAreTooLarge() throws IOException {
    refused(
        3,
        "expected at most 1048576",
        InProcess.replay("--nodes", 2, "--profile", large("p.yaml", (1 << 20) + 1), trace));
    refused(
        3,
        "bytes=16777217, expected at most 16777216",
        InProcess.replay(
            "--nodes", 2, "--placement", "file:" + large("pl.yaml", (1 << 24) + 1), trace));
    Path litmus = large("l.litmus", (16 << 20) + 1);
    Shell.Result result = InProcess.replay("litmus", litmus);
    assertEquals(2, result.exitCode(), result.stdout() + result.stderr());
    assertTrue(result.stderr().contains("expected a file of at most 16777216"), result.stderr());
    Path wide = folder.resolve("wide.ptrace");
    assertEquals(0, InProcess.trace("generate", "lock", "--rounds", 3, "-o", wide).exitCode());
    large("wide.ptrace/manifest.json", (1 << 24) + 1);
    refused(3, "expected at most 16777216", InProcess.trace("info", wide));
  }
}
