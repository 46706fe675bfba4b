package org.popcornreplay.traces.generate;

import static org.popcornreplay.traces.generate.TraceBuilder.PAGE_BYTES;

/** Patterns in which threads wait for one another. */
final class SynchronisedPatterns {
  private SynchronisedPatterns() {}

  static void producerConsumer(TraceBuilder trace, PatternOptions o) {
    long data = trace.region("data", o.pages());
    long full = trace.region("full", 1);
    long empty = trace.region("empty", 1);
    int readers = Math.max(1, o.threads() - 1);
    trace.mainThread().semInit(full, 0).semInit(empty, readers);
    Crew crew = new Crew(trace, readers + 1, o.nodes());
    ThreadBuilder producer = crew.worker(0);
    for (int round = 0; round < o.rounds(); round++) {
      for (int r = 0; r < readers; r++) {
        producer.semWait(empty);
      }
      for (int p = 0; p < o.pages(); p++) {
        producer.compute(o.compute()).write(data + (long) p * PAGE_BYTES);
      }
      for (int r = 0; r < readers; r++) {
        producer.semPost(full);
      }
      for (int r = 1; r <= readers; r++) {
        ThreadBuilder reader = crew.worker(r).semWait(full);
        for (int p = 0; p < o.pages(); p++) {
          reader.compute(o.compute()).read(data + (long) p * PAGE_BYTES);
        }
        reader.semPost(empty);
      }
    }
    crew.join();
  }

  static void stencil(TraceBuilder trace, PatternOptions o) {
    int n = o.threads();
    long data = trace.region("grid", (long) o.pages() * n);
    long barrier = trace.region("barrier", 1);
    trace.mainThread().barrierInit(barrier, n);
    Crew crew = new Crew(trace, o);
    for (int round = 0; round < o.rounds(); round++) {
      for (int w = 0; w < n; w++) {
        ThreadBuilder worker = crew.worker(w);
        long mine = (long) w * o.pages();
        if (w > 0) {
          worker.compute(o.compute()).read(data + (mine - 1) * PAGE_BYTES);
        }
        if (w < n - 1) {
          worker.compute(o.compute()).read(data + (mine + o.pages()) * PAGE_BYTES);
        }
        // The edge lines that neighbours read are written in the second half of the round.
        wait(crew, w, barrier, n);
      }
      leave(crew, barrier, n);
      for (int w = 0; w < n; w++) {
        ThreadBuilder worker = crew.worker(w);
        for (int p = 0; p < o.pages(); p++) {
          worker.compute(o.compute()).update(data + ((long) w * o.pages() + p) * PAGE_BYTES);
        }
        wait(crew, w, barrier, n);
      }
      leave(crew, barrier, n);
    }
    crew.join();
  }

  private static void wait(Crew crew, int w, long barrier, int n) {
    crew.worker(w).barrierEnter(barrier);
    if (w == n - 1) {
      if (n > 1) {
        crew.worker(w).futexWake(barrier, Integer.MAX_VALUE, n - 1);
      }
    } else {
      crew.worker(w).futexWait(barrier, 0, 0);
    }
  }

  private static void leave(Crew crew, long barrier, int n) {
    for (int w = n - 1; w >= 0; w--) {
      crew.worker(w).barrierLeave(barrier, w == n - 1);
    }
  }

  static void lock(TraceBuilder trace, PatternOptions o) {
    long data = trace.region("counter", o.pages());
    long mutex = trace.region("mutex", 1);
    Crew crew = new Crew(trace, o);
    for (int round = 0; round < o.rounds(); round++) {
      for (ThreadBuilder worker : crew.workers()) {
        worker.compute(o.compute()).lock(mutex);
        for (int p = 0; p < o.pages(); p++) {
          worker.update(data + (long) p * PAGE_BYTES);
        }
        worker.unlock(mutex);
      }
    }
    crew.join();
  }
}
