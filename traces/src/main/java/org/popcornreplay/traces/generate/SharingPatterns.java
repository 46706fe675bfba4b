package org.popcornreplay.traces.generate;

import static org.popcornreplay.traces.generate.TraceBuilder.PAGE_BYTES;

import java.util.SplittableRandom;

/** Patterns in which threads share memory, or do not, without synchronising. */
final class SharingPatterns {
  private static final int LINE_BYTES = 64;
  private static final int LINES = PAGE_BYTES / LINE_BYTES;

  private SharingPatterns() {}

  static void falseSharing(TraceBuilder trace, PatternOptions o) {
    long data = trace.region("data", o.pages());
    Crew crew = new Crew(trace, o);
    for (int round = 0; round < o.rounds(); round++) {
      for (int w = 0; w < o.threads(); w++) {
        ThreadBuilder worker = crew.worker(w);
        for (int p = 0; p < o.pages(); p++) {
          worker
              .compute(o.compute())
              .update(data + (long) p * PAGE_BYTES + (long) (w % LINES) * LINE_BYTES);
        }
      }
    }
    crew.join();
  }

  static void trueSharing(TraceBuilder trace, PatternOptions o) {
    long data = trace.region("data", o.pages());
    Crew crew = new Crew(trace, o);
    for (int round = 0; round < o.rounds(); round++) {
      for (ThreadBuilder worker : crew.workers()) {
        for (int p = 0; p < o.pages(); p++) {
          worker.compute(o.compute()).update(data + (long) p * PAGE_BYTES);
        }
      }
    }
    crew.join();
  }

  static void privatePages(TraceBuilder trace, PatternOptions o) {
    long data = trace.region("data", (long) o.pages() * o.threads());
    Crew crew = new Crew(trace, o);
    for (int round = 0; round < o.rounds(); round++) {
      for (int w = 0; w < o.threads(); w++) {
        for (int p = 0; p < o.pages(); p++) {
          long page = (long) w * o.pages() + p;
          crew.worker(w).compute(o.compute()).update(data + page * PAGE_BYTES);
        }
      }
    }
    crew.join();
  }

  static void readShared(TraceBuilder trace, PatternOptions o) {
    long data = trace.region("data", o.pages());
    ThreadBuilder main = trace.mainThread();
    for (int p = 0; p < o.pages(); p++) {
      main.compute(o.compute()).write(data + (long) p * PAGE_BYTES);
    }
    Crew crew = new Crew(trace, o);
    for (int round = 0; round < o.rounds(); round++) {
      for (ThreadBuilder worker : crew.workers()) {
        for (int p = 0; p < o.pages(); p++) {
          worker.compute(o.compute()).read(data + (long) p * PAGE_BYTES);
        }
      }
    }
    crew.join();
  }

  static void random(TraceBuilder trace, PatternOptions o) {
    long data = trace.region("data", o.pages());
    Crew crew = new Crew(trace, o);
    SplittableRandom random = new SplittableRandom(o.seed());
    long words = (long) o.pages() * PAGE_BYTES / ThreadBuilder.WORD_BYTES;
    for (int round = 0; round < o.rounds(); round++) {
      for (ThreadBuilder worker : crew.workers()) {
        long address = data + random.nextLong(words) * ThreadBuilder.WORD_BYTES;
        worker.compute(o.compute());
        if (random.nextInt(4) == 0) {
          worker.update(address);
        } else {
          worker.read(address);
        }
      }
    }
    crew.join();
  }
}
