package org.popcornreplay.replay;

import org.popcornreplay.replay.litmus.LitmusCommand;
import org.popcornreplay.traces.cli.CommandFrame;
import org.popcornreplay.traces.cli.ProjectVersion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code popcorn-replay}: replays traces on several nodes, and runs litmus files. */
@Command(
    name = "popcorn-replay",
    description = "Replays traces on several nodes, and runs litmus files.",
    mixinStandardHelpOptions = true,
    versionProvider = ProjectVersion.class,
    subcommands = {LitmusCommand.class})
public final class ReplayCommand implements Runnable {
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
    System.exit(CommandFrame.execute(new ReplayCommand(), args));
  }
}
