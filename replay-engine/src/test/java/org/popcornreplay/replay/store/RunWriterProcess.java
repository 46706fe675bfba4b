package org.popcornreplay.replay.store;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Writes runs into a store until it is killed, for tests. Arguments: the file, rounds of each run,
 * number of runs. Prints a line when it has the store, and one for each run.
 */
public final class RunWriterProcess {
  private RunWriterProcess() {}

  /** Writes the runs, one open store each. */
  public static void main(String[] args) {
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      try (RunStore store = RunStore.open(Path.of(args[0]), Duration.ofSeconds(60), notice -> {});
          StoreListener run = store.beginRun(RecordLevel.MESSAGES)) {
        System.out.println("open");
        System.out.println(new SyntheticRun(4, 8, Integer.parseInt(args[1]), i).writeTo(run));
      }
    }
  }

  /** Starts it. */
  static Process start(Path file, int rounds, int runs) throws java.io.IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Djava.io.tmpdir=" + file.toAbsolutePath().getParent(),
            "-cp",
            System.getProperty("java.class.path"),
            RunWriterProcess.class.getName(),
            file.toString(),
            Integer.toString(rounds),
            Integer.toString(runs))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
