package org.popcornreplay.replay.store;

/** Faults and migrations of a run, counted whatever its record level. */
final class RunCounts {
  long readFaults;
  long writeFaults;
  long upgradeFaults;
  long retries;
  long migrations;

  /** Counts a fault; its kind is {@code read}, {@code write} or {@code upgrade}. */
  void fault(String kind, int itsRetries) {
    retries += itsRetries;
    switch (kind) {
      case "read" -> readFaults++;
      case "write" -> writeFaults++;
      case "upgrade" -> upgradeFaults++;
      default ->
          throw new IllegalArgumentException("kind=" + kind + ", expected read, write or upgrade");
    }
  }
}
