package org.popcornreplay.tracer.command;

import java.nio.file.Path;
import java.util.Locale;
import org.popcornreplay.tracer.TraceCommand;
import picocli.CommandLine.Model.CommandSpec;

/** What goes to stderr unless {@code --quiet} is given. */
final class Notes {
  private Notes() {}

  /** The last line: what was written and how long it took. */
  static void wrote(CommandSpec command, Path what, long beginNanos) {
    boolean quiet = command.parent().userObject() instanceof TraceCommand all && all.quiet();
    if (!quiet) {
      double seconds = (System.nanoTime() - beginNanos) / 1e9;
      command
          .commandLine()
          .getErr()
          .println(String.format(Locale.ROOT, "wrote %s in %.1f s", what, seconds));
    }
  }
}
