package org.popcornreplay.replay.thread;

import org.popcornreplay.protocol.Popcorn;

/**
 * The code that a thread's node knows. Nearly all code addresses lie in the text VMA of the one
 * before, which is remembered.
 */
final class KnownText {
  private final RunContext run;
  private int node = -1;
  private long start;
  private long end;

  KnownText(RunContext run) {
    this.run = run;
  }

  /** Whether to execute the instruction at an address fetches its VMA first. */
  boolean isUnknown(int atNode, long ip) {
    if (atNode == Popcorn.ORIGIN || ip == 0 || (atNode == node && ip >= start && ip < end)) {
      return false;
    }
    if (run.textMissing(atNode, ip)) {
      return true;
    }
    node = atNode;
    start = run.addressSpace().textStart(ip);
    end = start < 0 ? start : run.addressSpace().textEnd(start);
    return false;
  }

  /** Whether the node knows the code of all accesses of a slice. */
  boolean holdsAllOf(SliceBuffer slice, int atNode) {
    if (atNode == Popcorn.ORIGIN) {
      return true;
    }
    for (int i = 0; i < slice.size(); i++) {
      if (isUnknown(atNode, slice.readIp(i)) || isUnknown(atNode, slice.writeIp(i))) {
        return false;
      }
    }
    return true;
  }
}
