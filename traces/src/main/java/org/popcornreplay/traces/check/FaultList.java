package org.popcornreplay.traces.check;

import java.util.ArrayList;
import java.util.List;

/** Collects faults up to a number; what is beyond ends the check. */
final class FaultList {
  private final int most;
  private final List<String> list = new ArrayList<>();

  FaultList(int most) {
    this.most = most;
  }

  /** Thrown when the list is full. */
  static final class Full extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Full() {
      super("full", null, false, false);
    }
  }

  void add(String fault) {
    list.add(fault);
    if (list.size() >= most) {
      throw new Full();
    }
  }

  /** Adds without ending anything. */
  void addLast(String fault) {
    list.add(fault);
  }

  List<String> list() {
    return list;
  }
}
