package org.popcornreplay.dist;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Starts a command again and again and kills it at moments that are spread over its whole life,
 * which is measured first. A kill counts where it found the process alive.
 */
final class KillSeries {
  private static final long SEED = 20261128;
  private static final long PATIENCE_SECONDS = 300;

  private final String what;
  private final int kills;
  private final SplittableRandom random;
  private final Path folder;
  private final Path temporary;
  private int landed;
  private int finished;

  KillSeries(String what, int kills, Path folder) throws IOException {
    this.what = what;
    this.kills = kills;
    this.folder = folder;
    temporary = Files.createDirectories(folder.resolve("tmp"));
    random = new SplittableRandom(SEED + what.hashCode());
  }

  /** What is to be looked at, or made ready. */
  @FunctionalInterface
  interface Step {
    /** Looks; fails in any way. */
    void run() throws Exception;
  }

  /** Ends the process, or what is to be killed of it; whether it was alive. */
  @FunctionalInterface
  interface Kill {
    /** Kills at a share of the life. */
    boolean at(Process process, double share) throws Exception;
  }

  /** Whatever the commands put into the folder for temporary files. */
  Path temporary() {
    return temporary;
  }

  /** What the command said on stderr when it was killed. */
  String stderr() throws IOException {
    return Files.readString(folder.resolve("stderr"));
  }

  Process start(List<String> words) throws IOException {
    File nothing = new File("/dev/null");
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.directory(folder.toFile());
    builder.environment().put("POPCORN_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -Xmx1g");
    builder.environment().put("TMPDIR", temporary.toString());
    builder.redirectInput(nothing);
    builder.redirectOutput(nothing);
    builder.redirectError(folder.resolve("stderr").toFile());
    return builder.start();
  }

  /** Runs the command to its end. */
  int whole(List<String> words) throws IOException, InterruptedException {
    return codeOf(start(words));
  }

  static int codeOf(Process process) throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("hung: " + process.info().commandLine());
    }
    return process.exitValue();
  }

  /** Kills the process itself. */
  void run(List<String> words, Step before, Step after) throws Exception {
    before.run();
    long begin = System.nanoTime();
    if (whole(words) != 0) {
      throw new AssertionError(what + ": " + stderr());
    }
    long lifeNanos = System.nanoTime() - begin;
    after.run();
    run(
        words,
        before,
        (process, share) -> {
          boolean ended = process.waitFor((long) (share * lifeNanos), TimeUnit.NANOSECONDS);
          process.destroyForcibly().waitFor();
          return !ended;
        },
        after);
  }

  /** Kills as it is told. */
  void run(List<String> words, Step before, Kill kill, Step after) throws Exception {
    for (int i = 0; landed < kills && i < 4 * kills; i++) {
      before.run();
      double share = (i % kills + random.nextDouble()) / kills;
      Process process = start(words);
      boolean alive;
      try {
        alive = kill.at(process, share);
      } finally {
        process.destroyForcibly().waitFor();
      }
      try {
        after.run();
      } catch (AssertionError e) {
        throw new AssertionError(
            what + ": after kill " + i + " at " + share + " of its life: " + e.getMessage(), e);
      }
      if (alive) {
        landed++;
      } else {
        finished++;
      }
    }
  }

  /** The line of figures. */
  void tell(String more) {
    Figures.say(
        "kill -9 of " + what,
        "kills=%d survived=%d (%s; %d more came after its end)",
        landed,
        landed,
        more,
        finished);
  }

  int landed() {
    return landed;
  }
}
