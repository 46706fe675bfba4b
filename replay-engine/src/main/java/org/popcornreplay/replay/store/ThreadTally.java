package org.popcornreplay.replay.store;

import java.util.List;

/** What one thread did, summed up while the run goes on. */
final class ThreadTally {
  /** The states of {@code intervals}, in the order of the columns of {@code threads}. */
  static final List<String> STATES =
      List.of("compute", "fault", "futex", "vma", "migration", "run-queue", "syscall", "idle");

  final long[] nanos = new long[STATES.size()];
  long faults;
  long migrations;

  static int stateNumber(String state) {
    int number = STATES.indexOf(state);
    if (number < 0) {
      throw new IllegalArgumentException("state=" + state + ", expected one of " + STATES);
    }
    return number;
  }
}
