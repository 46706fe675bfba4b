package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.popcornreplay.tracer.TraceCommand;

/**
 * Runs {@code popcorn-trace} and other programs as processes of their own, with files as streams.
 */
final class Recorder {
  private static final long MOST_SECONDS = 300;

  /** How a process ended. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Result(int code, byte[] out, String err) {
    String text() {
      return new String(out, StandardCharsets.UTF_8);
    }
  }

  private final Path directory;
  private int runs;

  Recorder(Path directory) {
    this.directory = directory;
  }

  /** {@code popcorn-trace} with these words. */
  Result trace(byte[] input, String... words) {
    return run(input, command(words));
  }

  static List<String> command(String... words) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                TraceCommand.class.getName()));
    command.addAll(Arrays.asList(words));
    return command;
  }

  /** A program with these words. */
  Result run(byte[] input, List<String> command) {
    int run = runs++;
    Path in = directory.resolve("in" + run);
    Path out = directory.resolve("out" + run);
    Path err = directory.resolve("err" + run);
    try {
      Files.write(in, input);
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("still running: " + command);
      }
      return new Result(
          process.exitValue(),
          Files.readAllBytes(out),
          Files.readString(err, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Compiles a C or C++ program of src/test/programs and gives its path. */
  Path compile(String source, String... flags) {
    Path program =
        directory.resolve(Path.of(source).getFileName().toString().replaceAll("\\..*", ""));
    List<String> command = new ArrayList<>();
    command.add(source.endsWith(".c") ? "gcc" : "g++");
    command.addAll(List.of("-g", "-pthread", "-o", program.toString()));
    command.add(Path.of("src/test/programs", source).normalize().toAbsolutePath().toString());
    command.addAll(Arrays.asList(flags));
    Result result = run(new byte[0], command);
    if (result.code() != 0) {
      throw new IllegalStateException(source + " does not compile: " + result.err());
    }
    return program;
  }
}
