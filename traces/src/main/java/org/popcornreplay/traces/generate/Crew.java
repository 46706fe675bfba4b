package org.popcornreplay.traces.generate;

import java.util.ArrayList;
import java.util.List;

/** The workers of a pattern: started by the main thread, migrated if wished, joined at the end. */
final class Crew {
  private final ThreadBuilder main;
  private final List<ThreadBuilder> workers = new ArrayList<>();
  private final int nodes;

  Crew(TraceBuilder trace, PatternOptions options) {
    this(trace, options.threads(), options.nodes());
  }

  Crew(TraceBuilder trace, int threads, int nodes) {
    this.nodes = nodes;
    main = trace.mainThread();
    for (int w = 0; w < threads; w++) {
      main.compute(1000);
      workers.add(trace.spawn(main, "worker " + w));
    }
    for (int w = 0; w < threads; w++) {
      if (nodeOf(w) != 0) {
        workers.get(w).migrate(nodeOf(w));
      }
    }
  }

  private int nodeOf(int worker) {
    return nodes == 0 ? 0 : worker % nodes;
  }

  List<ThreadBuilder> workers() {
    return workers;
  }

  ThreadBuilder worker(int w) {
    return workers.get(w);
  }

  void join() {
    for (int w = 0; w < workers.size(); w++) {
      if (nodeOf(w) != 0) {
        workers.get(w).migrate(0);
      }
      workers.get(w).exit();
    }
    for (ThreadBuilder worker : workers) {
      main.join(worker);
    }
  }
}
