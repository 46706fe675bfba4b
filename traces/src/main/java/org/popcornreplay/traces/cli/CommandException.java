package org.popcornreplay.traces.cli;

/**
 * Ends a command with one line for people and an exit code for scripts; never shown as a stack
 * trace unless {@code --debug} is given.
 */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private CommandException(int exitCode, String line, Throwable cause) {
    super(line, cause);
    this.exitCode = exitCode;
  }

  /**
   * The input cannot be used.
   *
   * @param line {@code what: name=value, expected …}, naming the file
   */
  public static CommandException badInput(String line) {
    return new CommandException(ExitCode.BAD_INPUT, line, null);
  }

  /** As {@link #badInput(String)}, with the fault that showed it. */
  public static CommandException badInput(String line, Throwable cause) {
    return new CommandException(ExitCode.BAD_INPUT, line, cause);
  }

  /**
   * Wrong usage.
   *
   * @param line names the option and its value
   */
  public static CommandException usage(String line) {
    return new CommandException(ExitCode.USAGE, line, null);
  }

  /**
   * The replay cannot continue.
   *
   * @param lines who waits for what
   */
  public static CommandException cannotContinue(String lines) {
    return new CommandException(ExitCode.CANNOT_CONTINUE, lines, null);
  }

  /** The answer is "no". */
  public static CommandException answerIsNo(String line) {
    return new CommandException(ExitCode.ANSWER_IS_NO, line, null);
  }

  /** The code with which the command ends. */
  public int exitCode() {
    return exitCode;
  }
}
