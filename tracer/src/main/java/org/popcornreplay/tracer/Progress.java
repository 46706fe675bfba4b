package org.popcornreplay.tracer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Tells on stderr, every two seconds, how far a recording is; one line that is written over. */
final class Progress {
  private static final long PERIOD_SECONDS = 2;

  private final boolean terminal = isTerminal();
  private final Thread teller;
  private boolean told;

  /**
   * Begins to tell.
   *
   * @param bytes of the trace so far
   */
  Progress(LongSupplier instructions, LongSupplier accesses, LongSupplier bytes) {
    long began = System.nanoTime();
    teller =
        new Thread(
            () -> {
              long before = 0;
              try {
                while (true) {
                  TimeUnit.SECONDS.sleep(PERIOD_SECONDS);
                  long now = instructions.getAsLong();
                  tell(
                      String.format(
                          Locale.ROOT,
                          "popcorn-trace: %.0f s: %,d instructions, %,d accesses, %.1f million"
                              + " instructions/s, %,d bytes",
                          (System.nanoTime() - began) / 1e9,
                          now,
                          accesses.getAsLong(),
                          (now - before) / 1e6 / PERIOD_SECONDS,
                          bytes.getAsLong()));
                  before = now;
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "progress");
    teller.setDaemon(true);
    teller.start();
  }

  /** Whether stderr is a terminal; {@code System.console()} would ask for stdin and stdout too. */
  static boolean isTerminal() {
    try {
      String stderr = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return stderr.startsWith("/dev/pts/")
          || stderr.startsWith("/dev/tty")
          || stderr.equals("/dev/console");
    } catch (IOException e) {
      return false;
    }
  }

  private void tell(String line) {
    System.err.print(terminal ? "\r" + line + "\033[K" : line + System.lineSeparator());
    System.err.flush();
    told = true;
  }

  /** Stops telling; a terminal's line is wiped. */
  void end() throws InterruptedException {
    teller.interrupt();
    teller.join();
    if (told && terminal) {
      System.err.print("\r\033[K");
    }
  }
}
