package org.popcornreplay.replay;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentMap;
import org.popcornreplay.replay.store.RecordLevel;
import org.popcornreplay.replay.store.RunStore;
import org.popcornreplay.replay.sweep.Sweep;
import org.popcornreplay.replay.sweep.SweepPoint;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;

/** Executes runs of a sweep in one thread; the trace of the last one stays open for the next. */
final class SweepWorker implements Sweep.Worker {
  private final Path folder;
  private final RecordLevel level;
  private final String label;
  private final ConcurrentMap<List<Object>, Long> baselines;
  private Path openTrace;
  private TraceReader trace;
  private Program program;

  /**
   * Makes a worker.
   *
   * @param baselines what is known by {@link SweepPoint#baselineKey}; shared by all workers
   */
  SweepWorker(
      Path folder, RecordLevel level, String label, ConcurrentMap<List<Object>, Long> baselines) {
    this.folder = folder;
    this.level = level;
    this.label = label;
    this.baselines = baselines;
  }

  /** What a point asks the engine for. */
  static RunRequest request(SweepPoint point) {
    if (!List.of("elastic", "recorded").contains(point.order())) {
      throw CommandException.usage("order=" + point.order() + ", expected elastic or recorded");
    }
    return new RunOptions(
            point.nodes(),
            point.placement(),
            point.profile(),
            point.transport(),
            point.settings(),
            point.order().equals("recorded"),
            point.pageBytes(),
            point.cores(),
            point.seed())
        .request();
  }

  @Override
  public String execute(SweepPoint point) {
    open(point.trace());
    try (RunStore store = RunStore.inMemory()) {
      RunRequest request = request(point).placedFor(trace);
      if (request.placement().equals(PlacementSearch.AUTO)) {
        request = new PlacementSearch(program, request, part -> (fraction, nanos) -> {}).search();
      }
      Execution execution = new Execution(program, request);
      Long baseline = baselines.get(point.baselineKey());
      if (baseline != null) {
        execution.withBaseline(baseline);
      }
      Execution.Done done =
          execution.run(store, new Execution.Keeping(level, label, point.settings()));
      if (done.impasse() != null) {
        return done.impasse();
      }
      if (!done.run().request().placement().equals("origin")) {
        baselines.put(point.baselineKey(), done.baselineNanos());
      }
      store.exportParquet(done.runId(), point.runId(), folder);
      return null;
    } catch (CommandException e) {
      throw e;
    } catch (RuntimeException e) {
      throw DamagedTrace.explain(point.trace(), e);
    }
  }

  private void open(Path directory) {
    if (directory.equals(openTrace)) {
      return;
    }
    close();
    trace = TraceReader.open(directory);
    openTrace = directory;
    program = Program.of(trace, true);
  }

  @Override
  public void close() {
    if (trace != null) {
      trace.close();
      trace = null;
      openTrace = null;
    }
  }
}
