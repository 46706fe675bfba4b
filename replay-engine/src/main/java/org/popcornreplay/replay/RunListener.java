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

  /**
   * A call of a synchronisation function ended: {@code mutex_lock}, {@code barrier_wait}, {@code
   * join} and so on; {@code object} is the primitive's address.
   */
  default void synchronisation(
      int thread,
      int node,
      String operation,
      long object,
      long ip,
      long startNanos,
      long endNanos) {}

  /**
   * One thread ended another's wait (or started it): {@code byThread} called at {@code calledNanos}
   * and {@code thread} goes on from {@code wokenNanos}. These are the edges of the critical path
   * between threads; without them it stays within the thread that ends last.
   */
  default void wake(int thread, int byThread, String reason, long calledNanos, long wokenNanos) {}

  /**
   * A thread has used a page for a slice, after the faults that this needed; the masks are as in
   * the trace, with bit i = the i-th piece of the page of 64 bytes, or of page size / 64 where that
   * is more. Tells true from false sharing. Only called where {@link #wantsVisits()}.
   */
  default void visit(
      int thread, int node, long page, int reads, int writes, long readLines, long writeLines) {}

  /** Whether {@link #visit} shall be called. */
  default boolean wantsVisits() {
    return false;
  }
}
