package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calibration, progress, and programs that cannot be captured. */
class RecordOptionsTest {
  @TempDir Path directory;
  private Recorder recorder;

  @BeforeEach
  void begin() {
    recorder = new Recorder(directory);
  }

  private long nativeCpuNanos() throws IOException {
    byte[] info = recorder.trace(new byte[0], "info", "--json", "trace").out();
    return new ObjectMapper().readTree(info).path("native_cpu_nanos").asLong();
  }

  @Test
  void calibrationKeepsTheProcessorTimeOfAPlainRunAndTheOutputOfOne() throws IOException {
    byte[] input = "7 some text\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);
    List<String> program = List.of("sort", "-n");
    long began = System.nanoTime();
    Recorder.Result plain = recorder.run(input, program);
    final long most = System.nanoTime() - began;
    List<String> words = new ArrayList<>(List.of("record", "-q", "--calibrate", "-o", "trace"));
    words.addAll(program);
    Recorder.Result recorded = recorder.trace(input, words.toArray(String[]::new));
    assertEquals(0, recorded.code(), recorded.err());
    assertEquals(plain.text(), recorded.text());
    assertEquals("", recorded.err());
    long nanos = nativeCpuNanos();
    assertTrue(nanos >= 1_000_000 && nanos < 100 * most, "native_cpu_nanos=" + nanos);
  }

  private boolean isInManifest(String key, String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of("record", "-q", "-o", "trace", "--force"));
    words.addAll(List.of(options));
    words.add("true");
    Recorder.Result recorded = recorder.trace(new byte[0], words.toArray(String[]::new));
    assertEquals(0, recorded.code(), recorded.err());
    byte[] manifest = Files.readAllBytes(directory.resolve("trace/manifest.json"));
    return new ObjectMapper().readTree(manifest).has(key);
  }

  @Test
  void theManifestSaysWhatTheProgramWasToldOfItsTerminalWhereThatWasAskedFor() throws IOException {
    assertTrue(isInManifest("terminal_block_bytes", "--terminal-block-bytes", "512"));
    assertFalse(isInManifest("terminal_block_bytes"));
  }

  @Test
  void calibrationOfAProgramThatReadsAPipeIsRefused() {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "echo text | \"$@\"", "sh"));
    command.addAll(Recorder.command("record", "--calibrate", "-o", "trace", "cat"));
    Recorder.Result result = recorder.run(new byte[0], command);
    assertEquals(2, result.code());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("stdin=pipe"), result.err());
    assertFalse(Files.exists(directory.resolve("trace")));
  }

  @Test
  void progressIsToldWhereItIsAskedFor() {
    Recorder.Result result =
        recorder.trace(new byte[0], "record", "--progress", "-o", "trace", "sleep", "3");
    assertEquals(0, result.code(), result.err());
    assertTrue(
        result.err().lines().anyMatch(l -> l.contains("million instructions/s")), result.err());
  }

  @Test
  void aProgramThatUsesRingsOfTheKernelIsNamedInOneLine() {
    String program = recorder.compile("uring.c").toString();
    Recorder.Result result =
        recorder.trace(new byte[0], "record", "--quiet", "-o", "trace", program);
    boolean given = result.text().equals("1\n"); // many machines forbid it
    assertEquals(given ? 1 : 0, result.err().lines().count(), result.err());
    assertEquals(given, result.err().contains("io_uring"), result.err());
  }

  @Test
  void aProgramFor32BitsIsNamedInOneLine() throws IOException {
    byte[] program = new byte[52];
    byte[] head = {0x7f, 'E', 'L', 'F', 1, 1, 1};
    System.arraycopy(head, 0, program, 0, head.length);
    program[16] = 2;
    program[18] = 3;
    assertRefused(program, "32-bit", 0755);
  }

  @Test
  void aSetuidProgramIsNamedInOneLine() throws IOException {
    byte[] program = Files.readAllBytes(CaptureTool.onPath("true").orElseThrow());
    assertRefused(program, "setuid", 04755);
  }

  private void assertRefused(byte[] program, String named, int bits) throws IOException {
    Path path = directory.resolve("program");
    Files.write(path, program);
    Files.setAttribute(path, "unix:mode", bits);
    Recorder.Result result = recorder.trace(new byte[0], "record", "-o", "trace", path.toString());
    assertEquals(3, result.code(), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains(named), result.err());
    assertFalse(Files.exists(directory.resolve("trace")));
  }
}
