package org.popcornreplay.replay;

import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.PopcornStat;
import org.popcornreplay.traces.cli.CommandException;

/** What must hold of the protocol's counters when nothing is under way. */
final class Invariants {
  private Invariants() {}

  /** Checks that whatever was sent was received. */
  static void check(Popcorn popcorn, int nodes) {
    for (MessageType type : MessageType.values()) {
      long sent = 0;
      long received = 0;
      for (int n = 0; n < nodes; n++) {
        PopcornStat stat = popcorn.stat(n);
        sent += stat.sent(type);
        received += stat.received(type);
      }
      if (sent != received) {
        throw CommandException.answerIsNo(
            "check: " + type + ": sent=" + sent + ", received=" + received + ", expected the same");
      }
    }
    if (popcorn.failure() != null) {
      throw CommandException.answerIsNo("check: kernel: " + popcorn.failure());
    }
  }
}
