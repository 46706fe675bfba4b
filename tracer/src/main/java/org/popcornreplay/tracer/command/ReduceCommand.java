package org.popcornreplay.tracer.command;

import java.nio.file.Path;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.TraceReduction;
import org.popcornreplay.traces.cli.CommandException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** popcorn-trace reduce. */
@Command(
    name = "reduce",
    description = "Writes the visits of a trace of full detail.",
    mixinStandardHelpOptions = true)
public final class ReduceCommand implements Runnable {
  @Parameters(paramLabel = "TRACE", description = "Directory of a trace of full detail.")
  private Path trace;

  @Mixin private NewTrace output;

  @Option(
      names = "--detail",
      defaultValue = "visits",
      description = "Detail of the new trace: visits.")
  private String detail;

  @Option(
      names = "--slice",
      defaultValue = "0",
      description = "Longest slice in instructions (default: as in TRACE).")
  private long slice;

  @Override
  public void run() {
    if (!detail.equals("visits")) {
      throw CommandException.usage("--detail=" + detail + ", expected visits");
    }
    Limits.check("--slice", slice, 0, Integer.MAX_VALUE);
    try (TraceReader reader = TraceReader.open(trace)) {
      long wanted = slice == 0 ? reader.manifest().sliceInstructions() : slice;
      output.write(directory -> TraceReduction.write(reader, wanted, directory));
    }
  }
}
