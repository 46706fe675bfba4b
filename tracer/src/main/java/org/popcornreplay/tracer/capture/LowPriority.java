package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets the recorded program go before its recorder, where they have not a processor each: the
 * recorder's compilers would take it from the program in the first second. What the recorder is
 * late with waits in {@link SharedBuffers}.
 */
final class LowPriority {
  /** What nice(1) adds where nobody says how much. */
  private static final int NICE = 10;

  private static final Path THREADS = Path.of("/proc/self/task");

  /** In /proc/self/stat, counted from behind the program's name. */
  private static final int NICE_FIELD = 17;

  private LowPriority() {}

  /** Lowers this process's priority; where the system does not let it, nothing happens. */
  static void take() throws InterruptedException {
    try {
      if (niceness(Files.readString(Path.of("/proc/self/stat"))) >= NICE) {
        return;
      }
      List<String> command = new ArrayList<>(List.of("renice", "-n", Integer.toString(NICE), "-p"));
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
        for (Path thread : threads) {
          command.add(thread.getFileName().toString());
        }
      }
      new ProcessBuilder(command)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      // without renice, or without /proc, they share as before
    }
  }

  /** The niceness in the content of a process's stat file. */
  static int niceness(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ", -1);
    return fields.length < NICE_FIELD ? NICE : Integer.parseInt(fields[NICE_FIELD - 1]);
  }
}
