package org.popcornreplay.replay.litmus;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.popcornreplay.protocol.FaultHandleActions;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.protocol.Popcorn;

/** Compares expectations with a run, and keeps where each kind's "previous" one stood. */
final class ExpectationChecker {
  private final Popcorn popcorn;
  private final MessageLog log;
  private final List<ThreadRun> threads;
  private int countedUpTo;
  private int orderedUpTo;
  private int weighedUpTo;

  ExpectationChecker(Popcorn popcorn, MessageLog log, List<ThreadRun> threads) {
    this.popcorn = popcorn;
    this.log = log;
    this.threads = threads;
  }

  /**
   * Checks one expectation.
   *
   * @param blockStartNanos when the last block or {@code do} began
   */
  void check(Expectation expectation, long blockStartNanos, List<Failure> failures) {
    String found = null;
    if (expectation instanceof Expectation.Messages messages) {
      found = messages(messages);
    } else if (expectation instanceof Expectation.Sequence sequence) {
      List<MessageLog.Sent> sent = log.since(orderedUpTo);
      orderedUpTo = log.size();
      found = SequenceMatch.difference(sequence.arrows(), sent, blockStartNanos);
    } else if (expectation instanceof Expectation.Bytes bytes) {
      found = bytes(bytes);
    } else if (expectation instanceof Expectation.Rdma rdma) {
      long written = popcorn.stat(rdma.node()).rdmaWritten();
      found = written == rdma.bytes() ? null : "rdma " + rdma.node() + " " + written;
    } else if (expectation instanceof Expectation.Owners owners) {
      found = owners(owners);
    } else if (expectation instanceof Expectation.State state) {
      found = state(state);
    } else if (expectation instanceof Expectation.Node node) {
      found = node(node);
    } else if (expectation instanceof Expectation.Done done) {
      found = done(done, blockStartNanos);
    } else if (expectation instanceof Expectation.Actions actions) {
      found = actions(actions);
    } else if (expectation instanceof Expectation.Value value) {
      found = value(value);
    }
    if (found != null) {
      failures.add(new Failure(expectation.line(), expectation.text(), found));
    }
  }

  private String messages(Expectation.Messages expected) {
    Map<MessageType, Long> counts = new EnumMap<>(MessageType.class);
    for (MessageLog.Sent sent : log.since(countedUpTo)) {
      counts.merge(sent.message().type(), 1L, Long::sum);
    }
    countedUpTo = log.size();
    boolean same = true;
    for (MessageType type : MessageType.values()) {
      same &= counts.getOrDefault(type, 0L).equals(expected.counts().getOrDefault(type, 0L));
    }
    if (same) {
      return null;
    }
    StringJoiner text = new StringJoiner(" ", "messages ", "").setEmptyValue("messages none");
    counts.forEach((type, count) -> text.add(type + "=" + count));
    return text.toString();
  }

  private String bytes(Expectation.Bytes expected) {
    long bytes = 0;
    for (MessageLog.Sent sent : log.since(weighedUpTo)) {
      bytes += sent.message().bytes();
    }
    weighedUpTo = log.size();
    return bytes == expected.bytes() ? null : "bytes " + bytes;
  }

  private String owners(Expectation.Owners expected) {
    PageRange range = expected.pages();
    for (long index = range.first(); index <= range.last(); index++) {
      NodeSet owners = new NodeSet(popcorn.owners(range.region().firstPage() + index));
      if (!owners.equals(expected.nodes())) {
        return "owners " + range.region().pageName(index) + " " + owners;
      }
    }
    return null;
  }

  private String state(Expectation.State expected) {
    PageRange range = expected.pages();
    for (long index = range.first(); index <= range.last(); index++) {
      Right right = Right.of(popcorn.pteState(range.region().firstPage() + index, expected.node()));
      if (right != expected.right()) {
        return "state " + range.region().pageName(index) + " " + expected.node() + " " + right;
      }
    }
    return null;
  }

  private String node(Expectation.Node expected) {
    int node = popcorn.nodeOf(expected.thread().number());
    if (node == expected.node()) {
      return null;
    }
    String name = expected.thread().name();
    return node < 0 ? name + " has ended" : "node " + name + " " + node;
  }

  private String done(Expectation.Done expected, long blockStartNanos) {
    ThreadRun thread = threads.get(expected.thread().number());
    String name = expected.thread().name();
    if (thread.isBusy()) {
      return name + " has not ended line " + thread.current().line.line();
    }
    if (!thread.isAtRest()) {
      return name + " has done nothing";
    }
    long nanos = thread.endedNanos() - blockStartNanos;
    if (nanos == expected.nanos()) {
      return null;
    }
    return nanos < 0
        ? name + " had ended " + Times.text(-nanos) + " before"
        : "done " + name + " " + Times.text(nanos);
  }

  private String actions(Expectation.Actions expected) {
    StringJoiner text =
        new StringJoiner(" ", "actions " + expected.node() + " ", "")
            .setEmptyValue("actions " + expected.node() + " none");
    boolean same = true;
    for (int index = 0; index < FaultHandleActions.CELLS; index++) {
      long count = popcorn.stat(expected.node()).action(index);
      same &= count == expected.counts().getOrDefault(index, 0L);
      if (count != 0) {
        text.add(index + "=" + count);
      }
    }
    return same ? null : text.toString();
  }

  private String value(Expectation.Value expected) {
    PageRange range = expected.pages();
    for (long index = range.first(); index <= range.last(); index++) {
      if (!popcorn.seesLatest(range.region().firstPage() + index)) {
        return "a node reads an older value of " + range.region().pageName(index);
      }
    }
    return null;
  }
}
