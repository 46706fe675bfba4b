package org.popcornreplay.replay.store;

import java.util.Locale;
import org.popcornreplay.traces.cli.CommandException;

/** How much of a run goes into the store; each level contains the ones before it. */
public enum RecordLevel {
  /** Totals only: runs, nodes, threads, traffic, pages, page_threads, objects, code. */
  SUMMARY,
  /** Also what the threads met: faults, migrations, operations, intervals, critical path. */
  FAULTS,
  /** Also every message. */
  MESSAGES;

  /** True where facts of {@code level} are recorded too. */
  public boolean includes(RecordLevel level) {
    return compareTo(level) >= 0;
  }

  /** The name in options and in {@code runs.record_level}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The level of this name; a usage error where there is none. */
  public static RecordLevel of(String text) {
    for (RecordLevel level : values()) {
      if (level.text().equals(text)) {
        return level;
      }
    }
    throw CommandException.usage("--record=" + text + ", expected summary, faults or messages");
  }
}
