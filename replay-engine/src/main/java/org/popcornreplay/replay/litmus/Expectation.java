package org.popcornreplay.replay.litmus;

import java.util.List;
import java.util.Map;
import org.popcornreplay.protocol.MessageType;

/** What must hold where an {@code expect} stands. */
sealed interface Expectation {
  /** The line it begins on. */
  int line();

  /** The statement without the word {@code expect}. */
  String text();

  /** {@code expect messages TYPE=COUNT …}: types that are not named must have count 0. */
  record Messages(int line, String text, Map<MessageType, Long> counts) implements Expectation {}

  /** {@code expect sequence SRC>DST:TYPE*K@DURATION …}. */
  record Sequence(int line, String text, List<Arrow> arrows) implements Expectation {}

  /**
   * K messages in a row.
   *
   * @param sentNanos since the start of the last block or {@code do}; {@link #ANY_TIME} where the
   *     file does not say
   */
  record Arrow(int from, int to, MessageType type, long times, long sentNanos) {
    /** The send time is not checked. */
    static final long ANY_TIME = -1;
  }

  /** {@code expect bytes N}. */
  record Bytes(int line, String text, long bytes) implements Expectation {}

  /** {@code expect rdma NID N}. */
  record Rdma(int line, String text, int node, long bytes) implements Expectation {}

  /** {@code expect owners PAGE {NID,…}}. */
  record Owners(int line, String text, PageRange pages, NodeSet nodes) implements Expectation {}

  /** {@code expect state PAGE NID STATE}. */
  record State(int line, String text, PageRange pages, int node, Right right)
      implements Expectation {}

  /** {@code expect node THREAD NID}. */
  record Node(int line, String text, ThreadLine thread, int node) implements Expectation {}

  /** {@code expect done THREAD DURATION}. */
  record Done(int line, String text, ThreadLine thread, long nanos) implements Expectation {}

  /** {@code expect actions NID INDEX=COUNT …}: other counters must be 0. */
  record Actions(int line, String text, int node, Map<Integer, Long> counts)
      implements Expectation {}

  /** {@code expect value PAGE latest}. */
  record Value(int line, String text, PageRange pages) implements Expectation {}
}
