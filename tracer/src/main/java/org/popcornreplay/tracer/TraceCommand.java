package org.popcornreplay.tracer;

import org.popcornreplay.tracer.command.CheckCommand;
import org.popcornreplay.tracer.command.DumpCommand;
import org.popcornreplay.tracer.command.ExportCommand;
import org.popcornreplay.tracer.command.GenerateCommand;
import org.popcornreplay.tracer.command.ImportCommand;
import org.popcornreplay.tracer.command.InfoCommand;
import org.popcornreplay.tracer.command.ReduceCommand;
import org.popcornreplay.traces.cli.CommandFrame;
import org.popcornreplay.traces.cli.ProjectVersion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code popcorn-trace}: records programs and works on traces. */
@Command(
    name = "popcorn-trace",
    description = "Records programs and works on traces.",
    mixinStandardHelpOptions = true,
    versionProvider = ProjectVersion.class,
    subcommands = {
      RecordCommand.class,
      InfoCommand.class,
      DumpCommand.class,
      CheckCommand.class,
      ReduceCommand.class,
      GenerateCommand.class,
      ImportCommand.class,
      ExportCommand.class
    })
public final class TraceCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** Read by the frame around every command. */
  @SuppressWarnings("UnusedVariable")
  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Shows the stack trace of an error.")
  private boolean debug;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "Says nothing on stderr but errors.")
  private boolean quiet;

  /** Whether a command shall be silent on stderr but for errors. */
  public boolean quiet() {
    return quiet;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "Missing subcommand");
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(CommandFrame.execute(new TraceCommand(), args));
  }
}
