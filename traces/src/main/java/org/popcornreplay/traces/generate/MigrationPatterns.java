package org.popcornreplay.traces.generate;

import static org.popcornreplay.traces.generate.TraceBuilder.PAGE_BYTES;

/** Patterns in which threads move. */
final class MigrationPatterns {
  private MigrationPatterns() {}

  static void pingPong(TraceBuilder trace, PatternOptions o) {
    long data = trace.region("data", o.pages());
    Crew crew = new Crew(trace, 1, 0);
    ThreadBuilder worker = crew.worker(0);
    for (int round = 0; round < o.rounds(); round++) {
      worker.migrate(1);
      touch(worker, data, o);
      worker.migrate(0);
      touch(worker, data, o);
    }
    crew.join();
  }

  private static void touch(ThreadBuilder worker, long data, PatternOptions o) {
    for (int p = 0; p < o.pages(); p++) {
      worker.compute(o.compute()).update(data + (long) p * PAGE_BYTES);
    }
  }
}
