package org.popcornreplay.protocol.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.PteState;

/**
 * The protocol's invariants (popcorn-protocol §3.1), from what {@link Popcorn} shows. A violation
 * is a defect of the model (or of the kernel that it copies), told as an {@link
 * InvariantViolation}.
 */
public final class Invariants {
  private static final MessageType[] TYPES = MessageType.values();

  private final Popcorn popcorn;

  /** Checks this cluster. */
  public Invariants(Popcorn popcorn) {
    this.popcorn = popcorn;
  }

  /** What holds after every step: one writer or many readers, and who may read sees the newest. */
  public void check() {
    for (int place = 0; place < popcorn.knownPages(); place++) {
      checkPage(popcorn.knownPage(place));
    }
  }

  /** What holds after every step for one page: for runs with too many pages to look at all. */
  public void checkPage(long page) {
    if (popcorn.obeysInvariants(page)) {
      oneWriterOrManyReaders(page);
    }
  }

  private void oneWriterOrManyReaders(long page) {
    int writer = -1;
    int readers = 0;
    for (int node = 0; node < popcorn.nodes(); node++) {
      PteState state = popcorn.pteState(page, node);
      if (state.allows(false) && popcorn.isCoherent(page, node)) {
        readers++;
        writer = state.allows(true) ? node : writer;
      }
    }
    if (writer >= 0 && readers > 1) {
      fail(page, "node " + writer + " may write while " + (readers - 1) + " others may read");
    }
    if (readers > 0 && popcorn.isMapped(page, Popcorn.ORIGIN) && !popcorn.seesLatest(page)) {
      fail(page, "a node that may read does not see the newest write");
    }
  }

  /** What holds when nothing is under way, and threads at most sleep in futexes. */
  public void checkAtRest() {
    check();
    List<String> left = popcorn.leftovers();
    if (!left.isEmpty()) {
      throw new InvariantViolation("left over at rest: " + String.join("; ", left));
    }
    for (MessageType type : TYPES) {
      long sent = total(type);
      long received = totalReceived(type);
      if (sent != received) {
        throw new InvariantViolation(
            type + ": sent=" + sent + ", expected as many as received, " + received);
      }
    }
    answered(MessageType.REMOTE_PAGE_REQUEST, pageResponses());
    answered(MessageType.PAGE_INVALIDATE_REQUEST, total(MessageType.PAGE_INVALIDATE_RESPONSE));
    answered(MessageType.VMA_INFO_REQUEST, total(MessageType.VMA_INFO_RESPONSE));
    answered(MessageType.VMA_OP_REQUEST, total(MessageType.VMA_OP_RESPONSE));
    for (int place = 0; place < popcorn.knownPages(); place++) {
      checkPageAtRest(popcorn.knownPage(place));
    }
  }

  /**
   * Pages that a remote can use although the origin has unmapped them, one line each. Not an
   * invariant: the kernel's munmap allows it, because a remote that has unmapped fetches the VMA
   * again as long as the origin still has it.
   */
  public List<String> staleMappings() {
    List<String> stale = new ArrayList<>();
    for (int place = 0; place < popcorn.knownPages(); place++) {
      long page = popcorn.knownPage(place);
      for (int node = 1;
          node < popcorn.nodes() && !popcorn.isMapped(page, Popcorn.ORIGIN);
          node++) {
        if (popcorn.pteState(page, node).allows(false)) {
          stale.add("node " + node + " can use page " + page + ", which the origin has unmapped");
        }
      }
    }
    return stale;
  }

  private long pageResponses() {
    return total(MessageType.REMOTE_PAGE_RESPONSE) + total(MessageType.REMOTE_PAGE_RESPONSE_SHORT);
  }

  private long total(MessageType type) {
    long sent = 0;
    for (int node = 0; node < popcorn.nodes(); node++) {
      sent += popcorn.stat(node).sent(type);
    }
    return sent;
  }

  private long totalReceived(MessageType type) {
    long received = 0;
    for (int node = 0; node < popcorn.nodes(); node++) {
      received += popcorn.stat(node).received(type);
    }
    return received;
  }

  private void answered(MessageType request, long answers) {
    if (total(request) != answers) {
      throw new InvariantViolation(
          request + ": count=" + total(request) + ", expected as many as answers, " + answers);
    }
  }

  /** What was received was sent, at any time. */
  public void checkCounters() {
    for (MessageType type : TYPES) {
      long sent = total(type);
      long received = totalReceived(type);
      if (received > sent) {
        throw new InvariantViolation(
            type + ": received=" + received + ", expected at most as many as sent, " + sent);
      }
    }
  }

  /**
   * What holds for a page that no node handles and no message is about, while no VMA operation is
   * under way: the origin's directory says who holds it.
   */
  public void checkPageAtRest(long page) {
    if (popcorn.obeysInvariants(page)
        && popcorn.isMapped(page, Popcorn.ORIGIN)
        && !popcorn.isBeingHandled(page)) {
      directoryEqualsPageTables(page);
    }
  }

  private void directoryEqualsPageTables(long page) {
    int[] owners = popcorn.owners(page);
    for (int node = 0; node < popcorn.nodes(); node++) {
      boolean owns = Arrays.binarySearch(owners, node) >= 0;
      boolean may = popcorn.pteState(page, node).allows(false) && popcorn.isCoherent(page, node);
      if (may && !owns) {
        fail(page, "node " + node + " may read, but the directory has " + Arrays.toString(owners));
      }
      if (owns && !popcorn.holds(page, node)) {
        fail(
            page,
            "node " + node + " holds nothing, but the directory has " + Arrays.toString(owners));
      }
    }
    if (owners.length > 1 && owners[0] != Popcorn.ORIGIN) {
      fail(page, "shared by " + Arrays.toString(owners) + " without the origin");
    }
  }

  private static void fail(long page, String what) {
    throw new InvariantViolation("page " + page + ": " + what);
  }
}
