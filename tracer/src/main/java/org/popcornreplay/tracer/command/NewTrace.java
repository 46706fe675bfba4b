package org.popcornreplay.tracer.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.FileFault;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The options of commands that write a trace, and the writing: a trace gets its name when whole.
 */
final class NewTrace {
  @Option(names = "-o", paramLabel = "DIR", description = "Directory of the new trace.")
  private Path directory;

  @Option(names = "--force", description = "Replace the trace in DIR.")
  private boolean force;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Writes the content of the trace into the given directory. */
  @FunctionalInterface
  interface Content {
    /** Writes; may fail in any way. */
    void write(Path directory) throws IOException;
  }

  /** Checks, writes, moves into place, and says so. */
  void write(Content content) {
    if (directory == null) {
      throw CommandException.usage("-o=none, expected the directory of the new trace");
    }
    long begin = System.nanoTime();
    try (TracePlace place = TracePlace.take(directory, force)) {
      content.write(place.partial());
      place.settle();
    } catch (UncheckedIOException e) {
      throw unwritable(e.getCause());
    } catch (IOException e) {
      throw unwritable(e);
    }
    Notes.wrote(command, directory, begin);
  }

  private CommandException unwritable(IOException e) {
    return CommandException.badInput(
        "-o=" + directory + ": cannot be written: " + FileFault.reason(e), e);
  }
}
