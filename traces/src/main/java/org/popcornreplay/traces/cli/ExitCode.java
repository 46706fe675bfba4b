package org.popcornreplay.traces.cli;

/** Exit codes that scripts rely on. */
public final class ExitCode {
  /** The command did what was asked. */
  public static final int DONE = 0;

  /** The answer is "no": a check or an expectation failed. */
  public static final int ANSWER_IS_NO = 1;

  /** Wrong usage. */
  public static final int USAGE = 2;

  /** The input cannot be used: missing, truncated, corrupt, wrong version. */
  public static final int BAD_INPUT = 3;

  /** The replay cannot continue: deadlock, or a kernel bug of the modelled protocol. */
  public static final int CANNOT_CONTINUE = 4;

  /** A defect of this tool. */
  public static final int DEFECT = 70;

  private ExitCode() {}
}
