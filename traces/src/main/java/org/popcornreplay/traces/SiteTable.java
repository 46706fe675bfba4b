package org.popcornreplay.traces;

import org.popcornreplay.traces.cli.CommandException;

/** What accesses of a full trace have in common. */
final class SiteTable {
  /** The most bytes of one access; the kernel's may be large. */
  static final int MAX_ACCESS_BYTES = 1 << 30;

  final long[] ip;
  final int[] bytes;
  final byte[] kind;
  final byte[] flags;

  SiteTable(TableRows rows, String file) {
    ip = rows.longs(0);
    bytes = rows.ints(1);
    kind = rows.bytes(2);
    flags = rows.bytes(3);
    for (int s = 0; s < ip.length; s++) {
      if (bytes[s] < 0 || bytes[s] > MAX_ACCESS_BYTES) {
        throw fault(file, s, "bytes=" + bytes[s] + ", expected 0 to " + MAX_ACCESS_BYTES);
      }
      if (kind[s] < AccessKind.READ || kind[s] > AccessKind.LOCKED_UPDATE) {
        throw fault(file, s, "kind=" + kind[s] + ", expected 0 to " + AccessKind.LOCKED_UPDATE);
      }
    }
  }

  int size() {
    return ip.length;
  }

  private static CommandException fault(String file, int row, String what) {
    return CommandException.badInput(file + ": row " + row + ": " + what);
  }
}
