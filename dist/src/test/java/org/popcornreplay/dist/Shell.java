package org.popcornreplay.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs commands of the built image as a user would. */
final class Shell {
  /** How long a command may take before the test calls it hung. */
  private static final long PATIENCE_SECONDS = 300;

  private Shell() {}

  /** What a command left behind. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares results as a whole.
  record Result(int exitCode, byte[] stdoutBytes, String stderr) {
    String stdout() {
      return new String(stdoutBytes, StandardCharsets.UTF_8);
    }
  }

  /** The top folder of the checkout. */
  static Path home() {
    return Path.of(System.getProperty("popcorn.home")).toAbsolutePath().normalize();
  }

  /** A launcher of bin/ with its arguments. */
  static Result popcorn(String launcher, Object... arguments) {
    return run(
        home(),
        new byte[0],
        Map.of(),
        Stream.concat(
                Stream.of(home().resolve("bin/" + launcher).toString()),
                Arrays.stream(arguments).map(Object::toString))
            .toList());
  }

  /** Any command. */
  static Result run(
      Path folder, byte[] stdin, Map<String, String> environment, List<String> words) {
    try {
      Path in = Files.createTempFile("popcorn-in", null);
      Path out = Files.createTempFile("popcorn-out", null);
      Path err = Files.createTempFile("popcorn-err", null);
      try {
        Files.write(in, stdin);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.directory(folder.toFile());
        builder.environment().putAll(environment);
        builder.redirectInput(in.toFile());
        builder.redirectOutput(out.toFile());
        builder.redirectError(err.toFile());
        Process process = builder.start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("hung: " + String.join(" ", words));
        }
        return new Result(
            process.exitValue(),
            Files.readAllBytes(out),
            Files.readString(err, StandardCharsets.UTF_8));
      } finally {
        Files.delete(in);
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Compiles one of traces/samples into a folder. */
  static Path compile(String sample, Path folder) {
    Path program = folder.resolve(sample);
    Result result =
        run(
            home(),
            new byte[0],
            Map.of(),
            List.of(
                "gcc",
                "-O2",
                "-g",
                "-pthread",
                "-o",
                program.toString(),
                "traces/samples/" + sample + ".c",
                "-lm"));
    if (result.exitCode() != 0) {
      throw new AssertionError("gcc (apt-get install gcc libc6-dev): " + result.stderr());
    }
    return program;
  }
}
