package org.popcornreplay.tracer.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.FileFault;
import org.popcornreplay.traces.convert.PatExport;
import org.popcornreplay.traces.convert.PerfettoExport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** popcorn-trace export. */
@Command(
    name = "export",
    description = "Writes a trace in another tool's format.",
    mixinStandardHelpOptions = true)
public final class ExportCommand implements Runnable {
  @Option(
      names = "--to",
      required = true,
      paramLabel = "FORMAT",
      description = {
        "perfetto: events as JSON for ui.perfetto.dev;",
        "pat: first reads and writes of visits as a page access trace."
      })
  private String format;

  @Parameters(paramLabel = "TRACE", description = "Directory of the trace.")
  private Path trace;

  @Option(names = "-o", required = true, paramLabel = "FILE", description = "The file to write.")
  private Path file;

  @Option(names = "--force", description = "Replace FILE.")
  private boolean force;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    long begin = System.nanoTime();
    if (!format.equals("perfetto") && !format.equals("pat")) {
      throw CommandException.usage("--to=" + format + ", expected perfetto or pat");
    }
    if (Files.exists(file) && (!force || Files.isDirectory(file))) {
      throw CommandException.usage("-o=" + file + ": exists, expected a new name or --force");
    }
    Path target = file.toAbsolutePath().normalize();
    Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
    try (TraceReader reader = TraceReader.open(trace)) {
      boolean written = false;
      try {
        if (format.equals("pat")) {
          PatExport.write(reader, partial);
        } else {
          PerfettoExport.write(reader, partial);
        }
        Files.move(
            partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        written = true;
      } finally {
        if (!written) {
          Files.deleteIfExists(partial);
        }
      }
    } catch (IOException e) {
      throw CommandException.badInput(
          "-o=" + file + ": cannot be written: " + FileFault.reason(e), e);
    }
    Notes.wrote(spec, file, begin);
  }
}
