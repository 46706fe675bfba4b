package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code record} leaves stdin, stdout, stderr and exit code of a program as they are. */
@Tag("end-to-end")
final class TransparencyTest {
  @TempDir Path folder;

  /** Lines that compress and sort into something else than they were. */
  private static byte[] text() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 4000; i++) {
      lines.append((i * 7919) % 4001).append(" pages bounce\n");
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  static Stream<List<String>> commands() {
    return Stream.of(
        List.of("gzip", "-cn"),
        List.of("sort", "-n", "--parallel=2"),
        List.of("xz", "-T2", "-c"),
        List.of(
            "python3",
            "-c",
            "import sys; d=sys.stdin.read(); print(len(d)); print('to err', file=sys.stderr); sys.exit(9)"),
        List.of("sh", "-c", "cat >/dev/null; echo out; echo err >&2; exit 4"),
        List.of("sh", "-c", "kill -SEGV $$"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void outputAndExitCodeAreThoseOfAPlainRun(List<String> command) throws IOException {
    Shell.Result plain = Shell.run(folder, text(), Map.of(), command);
    List<String> record =
        Stream.concat(
                Stream.of(
                    Shell.home().resolve("bin/popcorn-trace").toString(),
                    "record",
                    "--quiet",
                    "-o",
                    folder.resolve("t.ptrace").toString(),
                    "--"),
                command.stream())
            .toList();
    Shell.Result recorded = Shell.run(folder, text(), Map.of(), record);
    assertArrayEquals(plain.stdoutBytes(), recorded.stdoutBytes(), recorded.stderr());
    assertEquals(plain.stderr(), recorded.stderr());
    // A shell reports death by a signal as 128 + its number, and so does record.
    assertEquals(plain.exitCode(), recorded.exitCode());
    assertEquals(true, Files.isRegularFile(folder.resolve("t.ptrace/manifest.json")));
  }
}
