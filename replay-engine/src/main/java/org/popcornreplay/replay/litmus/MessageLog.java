package org.popcornreplay.replay.litmus;

import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.protocol.Message;

/** All messages of a run in the order in which they were sent. */
final class MessageLog {
  /** Messages that one run may send; each of them is kept for the output. */
  static final int MOST_MESSAGES = 1 << 21;

  private final List<Sent> sent = new ArrayList<>();

  /** A message and when its sender gave it to the message layer. */
  record Sent(long sentNanos, Message message) {}

  void add(long nowNanos, Message message) {
    if (sent.size() >= MOST_MESSAGES) {
      throw new LimitException("more than " + MOST_MESSAGES + " messages");
    }
    sent.add(new Sent(nowNanos, message));
  }

  int size() {
    return sent.size();
  }

  Sent get(int index) {
    return sent.get(index);
  }

  /** The messages from {@code begin} to the last one sent so far. */
  List<Sent> since(int begin) {
    return sent.subList(begin, sent.size());
  }
}
