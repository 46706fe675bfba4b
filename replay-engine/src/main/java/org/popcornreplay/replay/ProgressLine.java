package org.popcornreplay.replay;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** One line on a terminal that says how far a replay is and how long it will take. */
final class ProgressLine {
  private static final long EVERY_NANOS = 500_000_000L;

  private final PrintStream out;
  private final boolean shown;
  private long lastNanos;
  private boolean dirty;

  ProgressLine(PrintStream out, boolean shown, long begunNanos) {
    this.out = out;
    this.shown = shown;
    lastNanos = begunNanos;
  }

  /** Whether stderr is a terminal, as far as the system tells. */
  static boolean stderrIsTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** The listener for a part of the work. */
  Replay.ProgressListener part(String name) {
    long begun = System.nanoTime();
    return (fraction, simulatedNanos) -> {
      if (!shown) {
        return;
      }
      long now = System.nanoTime();
      if (now - lastNanos < EVERY_NANOS) {
        return;
      }
      lastNanos = now;
      dirty = true;
      double seconds = (now - begun) / 1e9;
      String left =
          fraction > 0.001
              ? String.format(Locale.ROOT, ", %.0f s left", seconds / fraction * (1 - fraction))
              : "";
      out.print(
          String.format(
              Locale.ROOT,
              "\r%s: %5.1f %%, %.3f s simulated%s   ",
              name,
              100 * fraction,
              simulatedNanos / 1e9,
              left));
      out.flush();
    };
  }

  void end() {
    if (dirty) {
      out.print("\r" + " ".repeat(70) + "\r");
      out.flush();
    }
  }
}
