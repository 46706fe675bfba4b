package org.popcornreplay.reports;

import java.nio.file.Path;

/** Makes the run store on which bench/report measures: one run of ten million messages. */
final class ReportBenchmark {
  private ReportBenchmark() {}

  /** Takes the file to make and the number of messages. */
  public static void main(String[] args) throws Exception {
    try (StoreFixture store = StoreFixture.create(Path.of(args[0]))) {
      long messages = Long.parseLong(args[1]);
      store.addRun(1, 1, 8, 0, "messages");
      store.addRun(2, 2, 8, 4000, "messages");
      store.addRun(3, 4, 8, messages, "messages");
    }
  }
}
