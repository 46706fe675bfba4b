package org.popcornreplay.replay.litmus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.popcornreplay.protocol.Message;

/**
 * Whether messages are those of an {@code expect sequence}. They come in the order of their send
 * times; what different nodes sent at one instant may stand in either order.
 */
final class SequenceMatch {
  private static final int MOST_SHOWN = 400;

  private SequenceMatch() {}

  /**
   * Null if they match, else the sequence that was found.
   *
   * @param blockStartNanos from where send times count
   */
  static String difference(
      List<Expectation.Arrow> arrows, List<MessageLog.Sent> sent, long blockStartNanos) {
    return matches(arrows, sent, blockStartNanos)
        ? null
        : found(sent, blockStartNanos, arrows.stream().anyMatch(SequenceMatch::hasTime));
  }

  private static boolean hasTime(Expectation.Arrow arrow) {
    return arrow.sentNanos() != Expectation.Arrow.ANY_TIME;
  }

  private static boolean matches(
      List<Expectation.Arrow> arrows, List<MessageLog.Sent> sent, long blockStartNanos) {
    List<Expectation.Arrow> expected = new ArrayList<>();
    for (Expectation.Arrow arrow : arrows) {
      if (arrow.times() > sent.size() - expected.size()) {
        return false;
      }
      for (long i = 0; i < arrow.times(); i++) {
        expected.add(arrow);
      }
    }
    if (expected.size() != sent.size()) {
      return false;
    }
    int begin = 0;
    while (begin < sent.size()) {
      long instant = sent.get(begin).sentNanos();
      int end = begin + 1;
      while (end < sent.size() && sent.get(end).sentNanos() == instant) {
        end++;
      }
      if (!instantMatches(
          expected.subList(begin, end), sent.subList(begin, end), instant - blockStartNanos)) {
        return false;
      }
      begin = end;
    }
    return true;
  }

  /** Each node's messages of the instant must stand in their order, whatever lies between them. */
  private static boolean instantMatches(
      List<Expectation.Arrow> expected, List<MessageLog.Sent> sent, long nanos) {
    Map<Integer, Deque<Message>> bySender = new HashMap<>();
    for (MessageLog.Sent one : sent) {
      Message message = one.message();
      bySender.computeIfAbsent(message.from(), from -> new ArrayDeque<>()).add(message);
    }
    for (Expectation.Arrow arrow : expected) {
      Deque<Message> queue = bySender.get(arrow.from());
      Message message = queue == null ? null : queue.poll();
      if (message == null
          || message.to() != arrow.to()
          || message.type() != arrow.type()
          || (hasTime(arrow) && arrow.sentNanos() != nanos)) {
        return false;
      }
    }
    return true;
  }

  private static String found(List<MessageLog.Sent> sent, long blockStartNanos, boolean withTimes) {
    StringJoiner text = new StringJoiner(" ", "sequence ", "").setEmptyValue("sequence none");
    int shown = 0;
    int index = 0;
    while (index < sent.size()) {
      if (shown++ == MOST_SHOWN) {
        text.add("... (" + (sent.size() - index) + " more)");
        break;
      }
      MessageLog.Sent first = sent.get(index);
      int end = index + 1;
      while (end < sent.size() && isAlike(first, sent.get(end), withTimes)) {
        end++;
      }
      Message message = first.message();
      String arrow = message.from() + ">" + message.to() + ":" + message.type();
      String times = end - index > 1 ? "*" + (end - index) : "";
      String time = withTimes ? "@" + Times.text(first.sentNanos() - blockStartNanos) : "";
      text.add(arrow + times + time);
      index = end;
    }
    return text.toString();
  }

  private static boolean isAlike(MessageLog.Sent a, MessageLog.Sent b, boolean withTimes) {
    return a.message().from() == b.message().from()
        && a.message().to() == b.message().to()
        && a.message().type() == b.message().type()
        && (!withTimes || a.sentNanos() == b.sentNanos());
  }
}
