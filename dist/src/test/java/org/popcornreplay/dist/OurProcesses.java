package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Processes whose command line names a folder of ours, which nobody else's does. */
final class OurProcesses {
  private static final long PATIENCE_SECONDS = 120;

  private OurProcesses() {}

  /** Those that run; zombies do not. */
  static List<ProcessHandle> naming(Path path) {
    return ProcessHandle.allProcesses()
        .filter(each -> each.pid() != ProcessHandle.current().pid())
        .filter(each -> commandLine(each).contains(path.toString()))
        .toList();
  }

  /** The command line, its words apart by NUL; empty for a zombie and for one that is gone. */
  static String commandLine(ProcessHandle process) {
    try {
      return new String(
          Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline")),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  /** Waits until none is left. */
  static void assertNone(Path path) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!naming(path).isEmpty()) {
      assertTrue(
          System.nanoTime() < deadline,
          () -> "still running: " + naming(path).stream().map(OurProcesses::commandLine).toList());
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
