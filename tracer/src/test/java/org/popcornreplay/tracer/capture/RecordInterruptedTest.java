package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C, a time-out, and the death of the recorder. */
class RecordInterruptedTest {
  private static final long MOST_SECONDS = 60;

  @TempDir Path directory;
  private Recorder recorder;
  private String program;
  private Process started;

  @BeforeEach
  void begin() {
    recorder = new Recorder(directory);
    program = recorder.compile("interrupt.c").toString();
  }

  /** Nothing is left running by a test that fails; the program dies with its recorder. */
  @AfterEach
  void end() {
    if (started != null) {
      started.destroyForcibly();
    }
  }

  /** Starts recording in a process group of its own and waits until the program works. */
  private Process start() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(Recorder.command("record", "-o", "trace", program));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(directory.resolve("said").toFile())
            .redirectError(directory.resolve("noted").toFile())
            .start();
    started = process;
    for (long tries = 0; !said().contains("ready"); tries++) {
      assertTrue(process.isAlive() && tries < 20 * MOST_SECONDS, noted());
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return process;
  }

  private String said() throws IOException {
    return Files.readString(directory.resolve("said"));
  }

  private String noted() throws IOException {
    return Files.readString(directory.resolve("noted"));
  }

  private void signal(String name, String target) {
    assertEquals(
        0,
        recorder.run(new byte[0], List.of("sh", "-c", "kill -s " + name + " -- " + target)).code());
  }

  private void assertEnds(Process process) throws InterruptedException {
    boolean ended = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertTrue(ended, "still running");
  }

  private Recorder.Result info() {
    return recorder.trace(new byte[0], "info", "--json", "trace");
  }

  @Test
  void anInterruptIsTheProgramsAndTheTraceIsFinished() throws Exception {
    Process process = start();
    signal("INT", "-" + process.pid());
    assertEnds(process);
    assertEquals(7, process.exitValue(), noted());
    assertEquals("ready\ninterrupted\n", said());
    assertEquals(0, recorder.trace(new byte[0], "check", "trace").code());
    assertTrue(info().text().replace(" ", "").contains("\"complete\":true"), info().text());
  }

  @Test
  void whenTheRecorderIsKilledTheProgramEndsAndTheTraceIsReadableAndMarked() throws Exception {
    Process process = start();
    List<ProcessHandle> children = process.descendants().toList();
    assertFalse(children.isEmpty());
    process.destroyForcibly();
    assertEnds(process);
    for (ProcessHandle child : children) {
      for (long tries = 0; isRunning(child); tries++) {
        assertTrue(tries < 20 * MOST_SECONDS, "still running: " + child.info());
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
    assertEquals(0, info().code(), info().err());
    assertTrue(info().text().replace(" ", "").contains("\"complete\":false"), info().text());
  }

  /** A process that nobody waits for may stay as a zombie; it does not run. */
  private static boolean isRunning(ProcessHandle child) throws IOException {
    Path state = Path.of("/proc", Long.toString(child.pid()), "stat");
    return child.isAlive() && Files.exists(state) && !Files.readString(state).contains(") Z ");
  }

  @Test
  void aTimeOutEndsTheProgramAndFinishesTheTrace() {
    Recorder.Result result =
        recorder.trace(new byte[0], "record", "--timeout", "6", "-o", "trace", program);
    assertEquals(128 + 15, result.code(), result.err());
    assertEquals("ready\n", result.text());
    assertEquals(0, recorder.trace(new byte[0], "check", "trace").code());
    assertTrue(info().text().replace(" ", "").contains("\"complete\":true"), info().text());
  }

  @Test
  void theShortestSliceIsTaken() {
    Recorder.Result result =
        recorder.trace(new byte[0], "record", "-q", "--slice", "128", "-o", "trace", "true");
    assertEquals(0, result.code(), result.err());
    assertEquals(0, recorder.trace(new byte[0], "check", "trace").code());
  }
}
