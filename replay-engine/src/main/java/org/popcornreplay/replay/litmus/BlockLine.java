package org.popcornreplay.replay.litmus;

/** One {@code do} line while its block runs. */
final class BlockLine {
  final DoLine line;

  /** Whether the moment after its {@code @} has come. */
  boolean due = true;

  boolean ended;
  int result;

  BlockLine(DoLine line) {
    this.line = line;
  }
}
