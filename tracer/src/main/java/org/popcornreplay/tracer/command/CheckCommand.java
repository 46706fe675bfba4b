package org.popcornreplay.tracer.command;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.popcornreplay.traces.check.TraceCheck;
import org.popcornreplay.traces.cli.CommandException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** popcorn-trace check. */
@Command(
    name = "check",
    description = "Checks structure, checksums and meaning of a trace; prints each fault.",
    mixinStandardHelpOptions = true)
public final class CheckCommand implements Runnable {
  private static final int MOST_FAULTS = 1000;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "TRACE", description = "Directory of the trace.")
  private Path trace;

  @Override
  public void run() {
    if (!Files.isDirectory(trace)) {
      throw CommandException.badInput(trace + ": missing, expected the directory of a trace");
    }
    List<String> faults = new TraceCheck(trace, MOST_FAULTS).faults();
    PrintWriter out = spec.commandLine().getOut();
    faults.forEach(fault -> out.println(Printable.line(fault)));
    out.flush();
    if (!faults.isEmpty()) {
      throw CommandException.answerIsNo(
          trace
              + ": faults="
              + faults.size()
              + (faults.size() == MOST_FAULTS ? " or more" : "")
              + ", expected none");
    }
    out.println("ok");
  }
}
