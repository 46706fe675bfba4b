package org.popcornreplay.replay.litmus;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popcornreplay.protocol.FaultHandleActions;
import org.popcornreplay.protocol.MessageType;

/** Reads what follows {@code expect}. */
final class ExpectationParser {
  private static final String KINDS =
      "messages, sequence, bytes, rdma, owners, state, node, done, actions or value";

  private static final Pattern ARROW =
      Pattern.compile("([0-9]{1,9})>([0-9]{1,9}):([A-Z0-9_]+)(?:\\*([0-9]+))?(?:@([0-9a-z]+))?");

  private static final long MOST = 1_000_000_000_000_000L;

  private final int nodes;
  private final PageNames pages;
  private final Map<String, ThreadLine> threads;

  ExpectationParser(int nodes, PageNames pages, Map<String, ThreadLine> threads) {
    this.nodes = nodes;
    this.pages = pages;
    this.threads = threads;
  }

  /** Takes the rest of the line. */
  Expectation read(Words words, String text) throws SyntaxException {
    int line = words.line();
    Expectation expectation =
        switch (words.word(KINDS)) {
          case "messages" -> new Expectation.Messages(line, text, messages(words));
          case "sequence" -> new Expectation.Sequence(line, text, sequence(words));
          case "bytes" -> new Expectation.Bytes(line, text, words.number("bytes", 0, MOST));
          case "rdma" -> {
            int node = node(words);
            yield new Expectation.Rdma(line, text, node, words.number("bytes", 0, MOST));
          }
          case "owners" -> {
            PageRange range = pages.range(words);
            yield new Expectation.Owners(line, text, range, words.nodeSet(nodes, true));
          }
          case "state" -> {
            PageRange range = pages.range(words);
            int node = node(words);
            yield new Expectation.State(line, text, range, node, Right.read(words));
          }
          case "node" -> {
            ThreadLine thread = OperationParser.thread(words, threads);
            yield new Expectation.Node(line, text, thread, node(words));
          }
          case "done" -> {
            ThreadLine thread = OperationParser.thread(words, threads);
            yield new Expectation.Done(
                line, text, thread, words.durationNanos("a duration such as 100us"));
          }
          case "actions" -> {
            int node = node(words);
            yield new Expectation.Actions(line, text, node, actions(words));
          }
          case "value" -> {
            PageRange range = pages.range(words);
            if (!words.take("latest")) {
              throw words.wrong("latest");
            }
            yield new Expectation.Value(line, text, range);
          }
          default -> throw words.wrongBefore(KINDS);
        };
    words.end();
    return expectation;
  }

  private int node(Words words) throws SyntaxException {
    return (int) words.number("a node", 0, nodes - 1L);
  }

  private static Map<MessageType, Long> messages(Words words) throws SyntaxException {
    Map<MessageType, Long> counts = new EnumMap<>(MessageType.class);
    if (words.take("none")) {
      return counts;
    }
    do {
      String word = words.word("none, or TYPE=COUNT ...");
      int equals = word.indexOf('=');
      MessageType type = equals < 0 ? null : type(word.substring(0, equals));
      Long count = equals < 0 ? null : Words.parse(word.substring(equals + 1));
      if (type == null || count == null || count < 0) {
        throw words.wrongBefore("none, or TYPE=COUNT with a message type such as TASK_MIGRATE");
      }
      if (counts.put(type, count) != null) {
        throw words.wrongBefore("each message type once");
      }
    } while (words.hasMore());
    return counts;
  }

  private List<Expectation.Arrow> sequence(Words words) throws SyntaxException {
    List<Expectation.Arrow> arrows = new ArrayList<>();
    if (words.take("none")) {
      return arrows;
    }
    String expected =
        "none, or messages such as 1>0:TASK_PAIRING or 0>1:TASK_MIGRATE*2@50us, nodes below "
            + nodes;
    do {
      Matcher arrow = ARROW.matcher(words.word(expected));
      if (!arrow.matches()) {
        throw words.wrongBefore(expected);
      }
      int from = Integer.parseInt(arrow.group(1));
      int to = Integer.parseInt(arrow.group(2));
      MessageType type = type(arrow.group(3));
      Long times = arrow.group(4) == null ? Long.valueOf(1) : Words.parse(arrow.group(4));
      long sent = arrow.group(5) == null ? Expectation.Arrow.ANY_TIME : Words.nanos(arrow.group(5));
      boolean badTime = arrow.group(5) != null && sent < 0;
      if (from >= nodes || to >= nodes || type == null || badTime) {
        throw words.wrongBefore(expected);
      }
      if (times == null || times < 1 || times > MOST) {
        throw words.wrongBefore(expected + ", at least once");
      }
      arrows.add(new Expectation.Arrow(from, to, type, times, sent));
    } while (words.hasMore());
    return arrows;
  }

  private static Map<Integer, Long> actions(Words words) throws SyntaxException {
    Map<Integer, Long> counts = new TreeMap<>();
    if (words.take("none")) {
      return counts;
    }
    String expected = "none, or INDEX=COUNT with an index from 0 to 63";
    do {
      String word = words.word(expected);
      int equals = word.indexOf('=');
      Long index = equals < 0 ? null : Words.parse(word.substring(0, equals));
      Long count = equals < 0 ? null : Words.parse(word.substring(equals + 1));
      if (index == null
          || count == null
          || index < 0
          || index >= FaultHandleActions.CELLS
          || count < 0) {
        throw words.wrongBefore(expected);
      }
      if (counts.put(index.intValue(), count) != null) {
        throw words.wrongBefore("each index once");
      }
    } while (words.hasMore());
    return counts;
  }

  private static MessageType type(String name) {
    for (MessageType type : MessageType.values()) {
      if (type.name().equals(name) && type.wireBytes() > 0) {
        return type;
      }
    }
    return null;
  }
}
