package org.popcornreplay.reports.sections;

import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.reports.query.Rows;

/** What a thread can be doing, in the order in which charts stack it. */
enum States {
  COMPUTE("compute", "computing"),
  FAULT("fault", "waiting for pages (faults)"),
  FUTEX("futex", "waiting for locks and other threads"),
  MIGRATION("migration", "migrating"),
  VMA("vma", "waiting for address-space operations"),
  RUN_QUEUE("run-queue", "waiting for a core"),
  SYSCALL("syscall", "in system calls"),
  IDLE("idle", "idle");

  private final String state;
  private final String words;

  States(String state, String words) {
    this.state = state;
    this.words = words;
  }

  /** The state's name in the store. */
  String state() {
    return state;
  }

  /** What a thread in this state does, as part of a sentence. */
  String words() {
    return words;
  }

  /** The column of sums of this state. */
  String column() {
    return state.replace('-', '_') + "_ns";
  }

  /** The state of that name in the store. */
  static String wordsFor(String state) {
    for (States one : values()) {
      if (one.state.equals(state)) {
        return one.words;
      }
    }
    return state;
  }

  /** The states that took any time in rows with one column for each state. */
  static List<States> present(Rows rows) {
    List<States> present = new ArrayList<>();
    for (States one : values()) {
      if (rows.sum(one.column()) > 0) {
        present.add(one);
      }
    }
    return present;
  }

  /** Names of states. */
  static List<String> names(List<States> states) {
    return states.stream().map(States::state).toList();
  }

  /** Times of the given states in one row. */
  static long[] times(Rows rows, int row, List<States> states) {
    long[] times = new long[states.size()];
    for (int i = 0; i < times.length; i++) {
      times[i] = Math.max(0, rows.number(row, states.get(i).column()));
    }
    return times;
  }
}
