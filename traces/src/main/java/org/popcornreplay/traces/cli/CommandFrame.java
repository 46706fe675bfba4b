package org.popcornreplay.traces.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Runs one picocli command as every Popcorn Replay command is run: exit codes, one-line errors. */
public final class CommandFrame {
  private static final String PROGRESS = "--progress";

  private CommandFrame() {}

  /**
   * Executes the command.
   *
   * @return the exit code of {@link ExitCode}
   */
  public static int execute(Object command, String... args) {
    List<String> words = Arrays.asList(args);
    boolean debug = words.contains("--debug");
    CommandLine line = new CommandLine(command);
    String name = line.getCommandName();
    acceptProgress(line);
    // Picocli's own writer forgets that writing failed.
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setExecutionStrategy(new CommandLine.RunLast());
    line.setParameterExceptionHandler((e, a) -> usage(e, name));
    line.setExecutionExceptionHandler(
        (e, commandLine, result) -> {
          if (debug) {
            commandLine.getErr().println(stackTrace(e));
          }
          if (e instanceof CommandException ce) {
            boolean oneLine =
                ce.exitCode() == ExitCode.USAGE || ce.exitCode() == ExitCode.BAD_INPUT;
            String text = oneLine ? onOneLine(ce.getMessage()) : ce.getMessage();
            commandLine.getErr().println(name + ": " + text);
            return ce.exitCode();
          }
          if (e instanceof ParameterException pe) {
            return usage(pe, name);
          }
          commandLine
              .getErr()
              .println(
                  name
                      + ": defect: "
                      + e
                      + "; reproduce with: "
                      + name
                      + " "
                      + String.join(" ", words)
                      + " --debug");
          return ExitCode.DEFECT;
        });
    int code = line.execute(args);
    return line.getOut().checkError() ? StandardOutput.afterFailure(name, code) : code;
  }

  /** Every command takes {@code --progress}; those that end at once have none to show. */
  private static void acceptProgress(CommandLine line) {
    if (line.getCommandSpec().findOption(PROGRESS) == null) {
      line.getCommandSpec()
          .addOption(OptionSpec.builder(PROGRESS).type(boolean.class).hidden(true).build());
    }
    line.getSubcommands().values().forEach(CommandFrame::acceptProgress);
  }

  private static int usage(ParameterException e, String name) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println(name + ": " + onOneLine(e.getMessage()) + " (see " + name + " --help)");
    return ExitCode.USAGE;
  }

  /** Names and values of others neither break the line nor drive the terminal. */
  private static String onOneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cntrl}", "?");
  }

  private static String stackTrace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
