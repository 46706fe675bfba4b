package org.popcornreplay.tracer.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.FileFault;
import org.popcornreplay.traces.cli.LeftOvers;
import org.popcornreplay.traces.convert.ParquetExport;
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
        "pat: first reads and writes of visits as a page access trace;",
        "parquet: FILE is a folder with TABLE.parquet for each table, accesses with plain values."
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
    if (!List.of("perfetto", "pat", "parquet").contains(format)) {
      throw CommandException.usage("--to=" + format + ", expected perfetto, pat or parquet");
    }
    if (Files.exists(file) && (!force || Files.isDirectory(file))) {
      throw CommandException.usage("-o=" + file + ": exists, expected a new name or --force");
    }
    Path target = file.toAbsolutePath().normalize();
    Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
    try (TraceReader reader = TraceReader.open(trace)) {
      boolean written = false;
      try {
        LeftOvers.remove(partial);
        switch (format) {
          case "pat" -> PatExport.write(reader, partial);
          case "parquet" -> ParquetExport.write(reader, partial);
          default -> PerfettoExport.write(reader, partial);
        }
        Files.move(
            partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        written = true;
      } finally {
        if (!written) {
          LeftOvers.remove(partial);
        }
      }
    } catch (IOException e) {
      throw CommandException.badInput(
          "-o=" + file + ": cannot be written: " + FileFault.reason(e), e);
    }
    Notes.wrote(spec, file, begin);
  }
}
