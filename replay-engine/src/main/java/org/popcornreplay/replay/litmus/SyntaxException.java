package org.popcornreplay.replay.litmus;

/** A litmus file cannot be parsed; the message is one line, {@code line N: what, expected …}. */
final class SyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int line;

  SyntaxException(int line, String message) {
    super(message);
    this.line = line;
  }

  /** The line at which the parser stopped, from 1. */
  int line() {
    return line;
  }
}
