package org.popcornreplay.replay.litmus;

import org.popcornreplay.protocol.Vma;

/** PERM of a region. */
enum Permission {
  R("r", Vma.READ),
  RW("rw", Vma.READ | Vma.WRITE),
  RX("rx", Vma.READ | Vma.EXEC);

  private final String word;
  private final int bits;

  Permission(String word, int bits) {
    this.word = word;
    this.bits = bits;
  }

  /** As {@link Vma} has it. */
  int bits() {
    return bits;
  }

  static Permission read(Words words) throws SyntaxException {
    for (Permission permission : values()) {
      if (words.take(permission.word)) {
        return permission;
      }
    }
    throw words.wrong("a permission: r, rw or rx");
  }
}
