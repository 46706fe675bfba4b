package org.popcornreplay.replay.litmus;

import java.util.ArrayDeque;
import java.util.Deque;

/** One thread of a scenario: what it does now and what it has to do in this block. */
final class ThreadRun {
  /** The lines of the present block that it has not begun. */
  final Deque<BlockLine> waiting = new ArrayDeque<>();

  private final ThreadLine line;
  private BlockLine current;
  private boolean hasEndedOne;
  private long endedNanos;

  ThreadRun(ThreadLine line) {
    this.line = line;
  }

  ThreadLine line() {
    return line;
  }

  /** The line that it carries out; null if it is free. */
  BlockLine current() {
    return current;
  }

  boolean isBusy() {
    return current != null;
  }

  void begins(BlockLine next) {
    current = next;
  }

  void ends(int result, long nowNanos) {
    current.ended = true;
    current.result = result;
    current = null;
    hasEndedOne = true;
    endedNanos = nowNanos;
  }

  /** Whether it has begun an operation and ended its last one. */
  boolean isAtRest() {
    return current == null && hasEndedOne;
  }

  /** When its last operation ended. */
  long endedNanos() {
    return endedNanos;
  }
}
