package org.popcornreplay.replay;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.popcornreplay.replay.store.RecordLevel;
import org.popcornreplay.replay.store.RunStore;
import org.popcornreplay.replay.store.StoreListener;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Executes one run with what belongs to it: its baseline with all threads at the origin, and where
 * objects have pages of their own the plain run to compare with.
 */
final class Execution {
  private final Program program;
  private final RunRequest request;
  private final long begunNanos = System.nanoTime();
  private final Instant startedAt = Instant.now();
  private Function<String, Replay.ProgressListener> progress = part -> (fraction, nanos) -> {};
  private boolean checked;
  private boolean mayUseProcessors;
  private long baselineNanos = -1;

  Execution(Program program, RunRequest request) {
    this.program = program;
    this.request = request;
  }

  /**
   * What came out.
   *
   * @param run the run
   * @param runId its number in the store; null where it was not stored
   * @param baselineNanos simulated time with all threads at the origin
   * @param comparison what pages of their own have done; null where nothing was padded
   */
  record Done(Replay run, Long runId, long baselineNanos, PadComparison comparison) {
    String impasse() {
      return run.impasse();
    }

    OrderComparison.Result result() {
      return new OrderComparison.Result(runId, run.simulatedNanos(), baselineNanos);
    }
  }

  /**
   * How a run is stored.
   *
   * @param level how much of it
   * @param label the user's name for it
   * @param settings what differs from the profile, as given
   */
  record Keeping(RecordLevel level, String label, List<String> settings) {}

  /** Hears how far each part of the work is, by the part's name. */
  Execution onProgress(Function<String, Replay.ProgressListener> listeners) {
    progress = listeners;
    return this;
  }

  /** Checks the protocol's invariants after every step of the run. */
  Execution checked(boolean on) {
    checked = on;
    return this;
  }

  /** Whether it may use a second processor, on which the baseline runs beside the run. */
  Execution besideBaseline(boolean may) {
    mayUseProcessors = may;
    return this;
  }

  /** Spares the baseline, which is known. */
  Execution withBaseline(long nanos) {
    baselineNanos = nanos;
    return this;
  }

  /** Runs and stores nothing. */
  Done run() {
    try (Baseline beside = beginBaseline()) {
      PadComparison comparison = before(beside);
      Replay run =
          new Replay(program.trace(), program.padding(), request, program.census(), NOBODY);
      run.onProgress(progress.apply("replay")).checked(checked).execute();
      return new Done(run, null, baselineOf(run, beside), comparison);
    }
  }

  /** Runs and stores the run if it reached its end. */
  Done run(RunStore store, Keeping keeping) {
    try (Baseline beside = beginBaseline()) {
      PadComparison comparison = before(beside);
      StoreListener listener = store.beginRun(keeping.level());
      Replay run =
          new Replay(program.trace(), program.padding(), request, program.census(), listener);
      listener.observeHeap(program.padding().heap(), run::recordedTime);
      run.onProgress(progress.apply("replay")).checked(checked).execute();
      long baseline = baselineOf(run, beside);
      if (run.impasse() != null) {
        return new Done(run, null, baseline, comparison);
      }
      long wallMillis = (System.nanoTime() - begunNanos) / 1_000_000;
      long runId =
          new StoredRun(run, listener)
              .write(keeping.label(), baseline, startedAt, wallMillis, keeping.settings());
      return new Done(run, runId, baseline, comparison);
    }
  }

  private static final RunListener NOBODY = new RunListener() {};

  /** Whether the run is its own baseline. */
  private boolean isBaseline() {
    return request.placement().equals("origin");
  }

  private boolean needsBaseline() {
    return !isBaseline() && baselineNanos < 0;
  }

  /** Begins the baseline beside the run; null where it comes before it or is not needed. */
  private Baseline beginBaseline() {
    return needsBaseline() && mayUseProcessors && Baseline.pays(program.trace())
        ? Baseline.begin(program.trace().directory(), request.baseline())
        : null;
  }

  private long baselineOf(Replay run, Baseline beside) {
    if (beside != null) {
      baselineNanos = beside.await(progress.apply("baseline"));
    }
    return isBaseline() ? run.simulatedNanos() : baselineNanos;
  }

  /** What has to run before the run itself. */
  private PadComparison before(Baseline beside) {
    if (needsBaseline() && beside == null) {
      baselineNanos =
          new Replay(program.trace(), request.baseline(), program.plainCensus(), NOBODY)
              .onProgress(progress.apply("baseline"))
              .execute()
              .simulatedNanos();
    }
    if (program.padding().isNone()) {
      return null;
    }
    PadComparison comparison = new PadComparison(program.padding());
    Replay plain = new Replay(program.trace(), request, program.plainCensus(), comparison);
    plain.onProgress(progress.apply("without padding")).execute();
    if (plain.impasse() != null) {
      throw CommandException.cannotContinue(plain.impasse());
    }
    comparison.plainRun(plain);
    return comparison;
  }
}
