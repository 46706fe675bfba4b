package org.popcornreplay.protocol.check;

import it.unimi.dsi.fastutil.longs.Long2IntMap;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import org.popcornreplay.protocol.FutexMessage;
import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.PageInvalidation;
import org.popcornreplay.protocol.PageRequest;
import org.popcornreplay.protocol.PageResponse;
import org.popcornreplay.protocol.VmaOperation;

/**
 * Which requests are open, from the messages alone: each is answered once, to the wait station that
 * it names, by the kind of message that it asks for. A VMA fetch has no station; it is known by its
 * page, of which a node has one fetch at a time.
 */
final class RequestLedger {
  private enum Kind {
    PAGE,
    INVALIDATION,
    VMA_INFO,
    VMA_OPERATION,
    FUTEX
  }

  private static final int NODE_BITS = 10;
  private static final int KIND_BITS = 3;

  private final Long2IntOpenHashMap open = new Long2IntOpenHashMap();
  private int openFutexes;

  /** A message is sent: it opens a request, or answers one, or neither. */
  void sent(Message message) {
    switch (message.type()) {
      case REMOTE_PAGE_REQUEST -> opens(message, Kind.PAGE, ((PageRequest) message).station);
      case REMOTE_PAGE_RESPONSE, REMOTE_PAGE_RESPONSE_SHORT ->
          answers(message, Kind.PAGE, ((PageResponse) message).station);
      case PAGE_INVALIDATE_REQUEST ->
          opens(message, Kind.INVALIDATION, ((PageInvalidation) message).station);
      case PAGE_INVALIDATE_RESPONSE ->
          answers(message, Kind.INVALIDATION, ((PageInvalidation) message).station);
      case VMA_INFO_REQUEST -> opens(message, Kind.VMA_INFO, message.page());
      case VMA_INFO_RESPONSE -> answers(message, Kind.VMA_INFO, message.page());
      case VMA_OP_REQUEST -> opens(message, Kind.VMA_OPERATION, ((VmaOperation) message).station);
      case VMA_OP_RESPONSE ->
          answers(message, Kind.VMA_OPERATION, ((VmaOperation) message).station);
      case FUTEX_REQUEST -> {
        opens(message, Kind.FUTEX, ((FutexMessage) message).station);
        openFutexes++;
      }
      case FUTEX_RESPONSE -> {
        answers(message, Kind.FUTEX, ((FutexMessage) message).station);
        openFutexes--;
      }
      default -> {
        // One-way, or a question about a node.
      }
    }
  }

  private void opens(Message request, Kind kind, long place) {
    open.addTo(key(request.from(), kind, place), 1);
  }

  private void answers(Message answer, Kind kind, long place) {
    long key = key(answer.to(), kind, place);
    int before = open.get(key);
    if (before == 0) {
      throw new InvariantViolation(
          answer + ": node " + answer.to() + " has no such request open, expected one answer each");
    }
    if (before == 1) {
      open.remove(key);
    } else {
      open.put(key, before - 1);
    }
  }

  @SuppressWarnings("EnumOrdinal") // distinguishes kinds within one run
  private static long key(int node, Kind kind, long place) {
    return (place << (NODE_BITS + KIND_BITS)) | ((long) kind.ordinal() << NODE_BITS) | node;
  }

  /** At rest only the futex waits of threads that sleep may be open. */
  void checkAtRest(int sleepersAway) {
    int unanswered = -sleepersAway;
    for (Long2IntMap.Entry entry : open.long2IntEntrySet()) {
      unanswered += entry.getIntValue();
    }
    if (unanswered != 0 || openFutexes != sleepersAway) {
      throw new InvariantViolation(
          "requests: unanswered=" + unanswered + ", expected each answered once");
    }
  }
}
