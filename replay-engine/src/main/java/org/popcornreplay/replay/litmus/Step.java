package org.popcornreplay.replay.litmus;

import java.util.List;

/** A statement that is carried out where it stands. */
sealed interface Step {
  /** The line it begins on. */
  int line();

  /**
   * {@code do} lines that start at one instant.
   *
   * @param lines in the order of the file; one for a {@code do} of its own
   */
  record Block(int line, List<DoLine> lines) implements Step {}

  /** Something that must hold here. */
  record Check(Expectation expectation) implements Step {
    @Override
    public int line() {
      return expectation.line();
    }
  }
}
