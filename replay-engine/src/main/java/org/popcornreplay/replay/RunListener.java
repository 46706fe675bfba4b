package org.popcornreplay.replay;

import org.popcornreplay.protocol.MessageType;

/**
 * What a replay tells while it runs. The run store is one listener, tests are others. Times are
 * simulated nanoseconds since the start of the run; {@code thread} is the trace's thread number, or
 * -1; {@code page} is address / page size, or -1. Calls come from one thread, in simulated order of
 * the moment at which each fact is complete.
 */
public interface RunListener {
  /** A message was handled; {@code sequence} numbers messages by send time. */
  default void message(
      long sequence,
      MessageType type,
      int from,
      int to,
      int bytes,
      long sentNanos,
      long deliveredNanos,
      long handledNanos,
      int thread,
      long page,
      int result) {}

  /** A fault ended: kind is {@code read}, {@code write} or {@code upgrade}. */
  default void fault(
      int thread,
      int node,
      long page,
      long address,
      long ip,
      String kind,
      long startNanos,
      long endNanos,
      int retries,
      String result) {}

  /** A thread moved; kind is {@code forward} or {@code back}. */
  default void migration(
      int thread, int fromNode, int toNode, String kind, long startNanos, long endNanos) {}

  /** A VMA operation or fetch ended. */
  default void vmaOperation(
      int thread,
      int node,
      String operation,
      long address,
      long lengthBytes,
      long startNanos,
      long endNanos,
      String result) {}

  /** A futex operation ended. */
  default void futexOperation(
      int thread,
      int node,
      String operation,
      long address,
      long startNanos,
      long endNanos,
      int woken,
      String result) {}

  /** A system call ended. */
  default void systemCall(
      int thread, int node, int number, long startNanos, long endNanos, long result) {}

  /**
   * A thread was in one state for a while: {@code compute, fault, futex, vma, migration, run-queue,
   * syscall, idle}.
   */
  default void interval(int thread, int node, String state, long startNanos, long endNanos) {}
}
