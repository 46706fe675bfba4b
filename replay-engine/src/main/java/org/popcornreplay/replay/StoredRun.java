package org.popcornreplay.replay;

import java.time.Instant;
import java.util.List;
import org.popcornreplay.replay.padding.PaddedObject;
import org.popcornreplay.replay.store.RunSummary;
import org.popcornreplay.replay.store.StoreListener;
import org.popcornreplay.replay.thread.ReplayThread;
import org.popcornreplay.replay.thread.ThreadState;
import org.popcornreplay.traces.CodeTable;
import org.popcornreplay.traces.MapTable;
import org.popcornreplay.traces.ThreadTable;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.VariableTable;
import org.popcornreplay.traces.cli.ProjectVersion;

/** Tells the store, at the end of a run, what is known about nodes, threads, memory and code. */
final class StoredRun {
  private static final int FAULT_ACTIONS = 64;

  private final Replay run;
  private final StoreListener store;

  StoredRun(Replay run, StoreListener store) {
    this.run = run;
    this.store = store;
  }

  long write(
      String label, Long baselineNanos, Instant startedAt, long wallMillis, List<String> settings) {
    TraceReader trace = run.trace();
    nodes();
    MapTable maps = run.padding().maps();
    regions(maps);
    threads(trace.threads(), maps);
    code(trace);
    variables(trace);
    RunRequest request = run.request();
    return store.finish(
        new RunSummary()
            .label(label)
            .traceHash(run.traceHash())
            .program(trace.manifest().program(), String.join(" ", trace.manifest().arguments()))
            .nodes(request.nodes(), run.cores(0))
            .placement(run.placementName())
            .profile(request.profile().name())
            .transport(request.transport())
            .order(request.recordedOrder() ? "recorded" : "elastic")
            .pageBytes(request.pageBytes())
            .seed(request.seed())
            .times(run.simulatedNanos(), baselineNanos)
            .work(run.accesses(), run.instructions(), run.steps())
            .options(String.join(" ", settings))
            .sliceInstructions(trace.manifest().sliceInstructions())
            .wall(startedAt, wallMillis)
            .modelVersion(ProjectVersion.text()));
  }

  private void nodes() {
    long[] busy = new long[run.request().nodes()];
    for (int i = 0; i < run.threads(); i++) {
      ReplayThread t = run.threadNumber(i);
      if (t != null && t.hasStarted()) {
        busy[run.startNode(i)] += t.nanosIn(ThreadState.COMPUTE);
      }
    }
    for (int n = 0; n < busy.length; n++) {
      long[] actions = new long[FAULT_ACTIONS];
      for (int a = 0; a < actions.length; a++) {
        actions[a] = run.stat(n).action(a);
      }
      store.describeNode(
          n, run.cores(n), busy[n], run.kernelNanos(n), run.stat(n).rdmaWritten(), actions);
    }
  }

  private void threads(ThreadTable table, MapTable maps) {
    for (int i = 0; i < run.threads(); i++) {
      ReplayThread t = run.threadNumber(i);
      if (t == null || !t.hasStarted()) {
        continue;
      }
      int row = table.row(i);
      store.describeThread(
          i,
          row < 0 ? "" : table.name(row),
          row < 0 ? -1 : table.parent(row),
          run.startNode(i),
          t.instructions(),
          t.accesses(),
          t.startNanos(),
          t.endNanos() < 0 ? run.simulatedNanos() : t.endNanos());
      if (row >= 0 && table.stackHigh(row) > table.stackLow(row)) {
        store.describeRegion(
            "stack " + i, table.stackLow(row), table.stackHigh(row) - table.stackLow(row));
        threadData(i, table.stackLow(row), table.stackHigh(row), maps);
      }
    }
  }

  /** Above its stack, in the same mapping, the C library keeps what it knows of a thread. */
  private void threadData(int thread, long stackLow, long stackHigh, MapTable maps) {
    for (int row = maps.size() - 1; row >= 0; row--) {
      long end = maps.start(row) + maps.length(row);
      if (maps.op(row).equals("mmap") && maps.start(row) <= stackLow && end > stackHigh) {
        store.describeRegion("thread data " + thread, stackHigh, end - stackHigh);
        return;
      }
    }
  }

  private void regions(MapTable maps) {
    for (int row = 0; row < maps.size(); row++) {
      String op = maps.op(row);
      String file = maps.file(row);
      if (op.equals("initial") || op.equals("mmap") || op.equals("brk")) {
        String name = file.isEmpty() ? (op.equals("brk") ? "heap" : "anonymous") : file;
        store.describeRegion(
            name.equals("[heap]") ? "heap" : name, maps.start(row), maps.length(row));
      }
    }
  }

  private void code(TraceReader trace) {
    CodeTable code = trace.code();
    var images = trace.images();
    for (int row = 0; row < code.size(); row++) {
      String image = "";
      for (int i = 0; i < images.size(); i++) {
        if (images.image(i) == code.image(row)) {
          image = images.path(i);
        }
      }
      store.describeCode(code.ip(row), code.function(row), code.file(row), code.line(row), image);
    }
  }

  private void variables(TraceReader trace) {
    VariableTable variables = trace.variables();
    for (int row = 0; row < variables.size(); row++) {
      if (!run.padding().moves(variables.address(row))) {
        store.describeObject(
            "variable",
            variables.name(row),
            variables.address(row),
            variables.bytes(row),
            -1,
            "",
            0);
      }
    }
    for (PaddedObject o : run.padding().objects()) {
      store.describeObject(
          o.kind(), o.name(), o.address(), o.bytes(), o.thread(), o.site(), o.siteIp());
    }
  }
}
