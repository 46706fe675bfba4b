package org.popcornreplay.tracer.capture;

import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popcornreplay.traces.cli.CommandException;

/**
 * A run of a program without capture, for its processor time. What the program prints is dropped:
 * the recorded run prints it.
 *
 * @param cpuNanos processor time in user and kernel mode, in whole milliseconds, children included
 * @param exitCode the program's, 128 + signal where a signal ended it
 */
public record NativeRun(long cpuNanos, int exitCode) {
  private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");
  private static final long NANOS_OF_MILLI = 1_000_000;

  /** Bash, because its {@code time} counts milliseconds; {@code -p} keeps it from start files. */
  private static final List<String> TIMED =
      List.of("bash", "-p", "-c", "TIMEFORMAT='%3U %3S'; time \"$@\" 2>/dev/null", "bash");

  private static final Pattern TIMES = Pattern.compile("(\\d+)[.,](\\d{3}) (\\d+)[.,](\\d{3})");

  /**
   * Runs the program to its end.
   *
   * @param timeoutSeconds after which it is ended, 0 = never
   */
  public static NativeRun of(Path program, List<String> arguments, long timeoutSeconds)
      throws IOException, InterruptedException {
    if (CaptureTool.onPath("bash").isEmpty()) {
      throw CommandException.badInput("--calibrate: bash=not found, expected bash on PATH");
    }
    List<String> command = new ArrayList<>(TIMED);
    Path absolute = program.toAbsolutePath(); // no builtin of the shell
    command.add(absolute.toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(input())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    OwnLocale.restore(builder.environment());
    Process process = builder.start();
    if (timeoutSeconds > 0 && !process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
    }
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    Matcher times = TIMES.matcher(said.substring(said.stripTrailing().lastIndexOf('\n') + 1));
    if (!times.find()) {
      throw new IOException("--calibrate: times=" + said.strip() + ", expected seconds");
    }
    BigDecimal millis =
        new BigDecimal(times.group(1) + times.group(2))
            .add(new BigDecimal(times.group(3) + times.group(4)));
    return new NativeRun(millis.longValueExact() * NANOS_OF_MILLI, code);
  }

  /** The input that the recorded run will read too: a file from its start, else nothing. */
  private static File input() throws IOException {
    if (Files.isRegularFile(STANDARD_INPUT)) {
      return STANDARD_INPUT.toFile();
    }
    String kind = Files.readSymbolicLink(STANDARD_INPUT).toString();
    if (kind.startsWith("pipe:") || kind.startsWith("socket:")) {
      throw CommandException.usage(
          "--calibrate: stdin=" + kind + ", expected a file, which can be read twice");
    }
    return new File("/dev/null");
  }
}
