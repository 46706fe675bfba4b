package org.popcornreplay.replay.litmus;

import java.util.Locale;
import org.popcornreplay.protocol.PteState;

/** STATE: the page-table right that a node holds. */
enum Right {
  NONE,
  INVALID,
  READ,
  WRITE;

  /** The right that a page-table entry gives; the zero page may be read. */
  static Right of(PteState state) {
    return switch (state) {
      case NONE -> NONE;
      case INVALID -> INVALID;
      case ZERO, READ -> READ;
      case WRITE -> WRITE;
    };
  }

  static Right read(Words words) throws SyntaxException {
    for (Right right : values()) {
      if (words.take(right.toString())) {
        return right;
      }
    }
    throw words.wrong("a state: none, invalid, read or write");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
