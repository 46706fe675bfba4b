package org.popcornreplay.protocol;

/**
 * What the protocol tells while it runs. All calls come in the step in which the fact becomes true;
 * the time is {@link World#nowNanos}. Observers only look: they must not call back.
 */
public interface Observer {
  /** An observer that wants to know nothing. */
  Observer NONE = new Observer() {};

  /** What a handler does that finds another one busy with its page. */
  enum Conflict {
    /** F: sleeps until the leader has ended and shares its result. */
    FOLLOW,
    /** WR: sleeps until the ongoing handling has ended, then retries. */
    WAIT_RETRY,
    /** R: retries at once. */
    RETRY
  }

  /** A message was given to the message layer of its sender. */
  default void messageSent(Message message) {}

  /**
   * The receiver's handler has run to its end, also that of the work item, worker or origin peer
   * which the receive thread handed it to.
   *
   * @param result what the handler ended with: 0 or the result it answered with
   */
  default void messageHandled(Message message, int result) {}

  /** An access raised a fault. */
  default void faultBegins(int thread, int node, long page, FaultKind kind) {}

  /**
   * The access that faulted goes on, or has failed.
   *
   * @param retries number of RETRY results on the way
   * @param result 0 or a code of {@link Outcome}
   */
  default void faultEnds(
      int thread, int node, long page, FaultKind kind, int retries, int result) {}

  /**
   * The trace event {@code popcorn:pgfault} (popcorn-protocol §8.2), at the faulting node (nid =
   * node) or at the node that serves a page request (nid = requester).
   *
   * @param result a result of the fault: 0, 0x4000 CONTINUE, 0x400 RETRY or an error
   */
  default void pageFaultTrace(
      int node, int nid, int thread, long page, boolean write, int result) {}

  /** A handler found another one busy with its page; {@code index} as in fh_action.c. */
  default void conflict(int node, int thread, long page, int index, Conflict conflict) {}

  /** A thread backs off for {@code delayNanos} with its weight already incremented. */
  default void backsOff(int thread, int node, long page, int weight, long delayNanos) {}

  /** A thread leaves a node. */
  default void migrationBegins(int thread, int fromNode, int toNode) {}

  /** A thread goes on at its new node. */
  default void migrationEnds(int thread, int fromNode, int toNode) {}

  /**
   * A VMA operation or a fetch ({@code operation} "fetch") begins.
   *
   * @param start first page number
   */
  default void vmaOperationBegins(int thread, int node, String operation, long start, long pages) {}

  /** A VMA operation or a fetch ended. */
  default void vmaOperationEnds(
      int thread, int node, String operation, long start, long pages, int result) {}

  /** A futex operation begins; {@code operation} is "wait" or "wake". */
  default void futexBegins(int thread, int node, String operation, long address) {}

  /** A futex operation ended; {@code result} is an errno, or for a wake the number woken. */
  default void futexEnds(int thread, int node, String operation, long address, int result) {}

  /** One thread's wake (or exit) ends another's futex wait. */
  default void futexWakes(int thread, int byThread, long address) {}

  /** A thread has ended. */
  default void threadExits(int thread, int node) {}

  /**
   * Something about a page has changed: an entry, a frame, a handling that began or ended. Comes
   * often; the other facts of the same step may still follow.
   */
  default void pageChanged(int node, long page) {}

  /** A node lost a right on a page; an access that hit before may fault now. */
  default void rightLost(int node, long page) {}

  /**
   * The kernel would crash, hang or corrupt memory here, or the model rejects the case.
   *
   * @param code the number in popcorn-protocol §10.1 such as {@code K13}, or "" where the text of
   *     another part says so
   * @param result {@link Outcome#BUG} or {@link Outcome#HANG}
   * @param state what led there, for people
   */
  default void kernelFails(int node, int thread, String code, int result, String state) {}
}
