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
  private Long baselineNanos; // null = not known
  private boolean baselineWanted = true;

  Execution(Program program, RunRequest request) {
    this.program = program;
    this.request = request;
  }

  /**
   * What came out.
   *
   * @param run the run
   * @param runId its number in the store; null where it was not stored
   * @param baselineNanos simulated time with all threads at the origin; null where nobody wanted it
   * @param comparison what pages of their own have done; null where nothing was padded
   */
  record Done(Replay run, Long runId, Long baselineNanos, PadComparison comparison) {
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

  /** Spares the baseline, which is known. */
  Execution withBaseline(long nanos) {
    baselineNanos = nanos;
    return this;
  }

  /** Spares the baseline, which nobody wants to know; a run that is its own has it all the same. */
  Execution withoutBaseline() {
    baselineWanted = false;
    return this;
  }

  /** Runs and stores nothing; the baseline may run beside it, on a second processor. */
  Done run() {
    boolean beside = needsBaseline() && Baseline.pays(program.trace());
    try (Baseline baseline =
        beside ? Baseline.begin(program.trace().directory(), request.baseline()) : null) {
      if (!beside) {
        baselineFirst();
      }
      PadComparison comparison = plainFirst();
      Replay run =
          new Replay(program.trace(), program.padding(), request, program.census(), NOBODY);
      run.onProgress(progress.apply("replay")).checked(checked).execute();
      if (beside) {
        baselineNanos = baseline.await(progress.apply("baseline"));
      }
      return new Done(run, null, baselineOf(run), comparison);
    }
  }

  /**
   * Runs and stores the run if it reached its end. The baseline comes first: a second processor
   * inserts.
   */
  Done run(RunStore store, Keeping keeping) {
    baselineFirst();
    PadComparison comparison = plainFirst();
    StoreListener listener = store.beginRun(keeping.level());
    Replay run =
        new Replay(program.trace(), program.padding(), request, program.census(), listener);
    listener.observeHeap(program.padding().heap(), run::recordedTime);
    run.onProgress(progress.apply("replay")).checked(checked).execute();
    if (run.impasse() != null) {
      return new Done(run, null, baselineOf(run), comparison);
    }
    long wallMillis = (System.nanoTime() - begunNanos) / 1_000_000;
    long runId =
        new StoredRun(run, listener)
            .write(keeping.label(), baselineOf(run), startedAt, wallMillis, keeping.settings());
    return new Done(run, runId, baselineOf(run), comparison);
  }

  private static final RunListener NOBODY = new RunListener() {};

  /** Whether the run is its own baseline. */
  private boolean isBaseline() {
    return request.placement().equals("origin");
  }

  private boolean needsBaseline() {
    return baselineWanted && !isBaseline() && baselineNanos == null;
  }

  private Long baselineOf(Replay run) {
    return isBaseline() ? Long.valueOf(run.simulatedNanos()) : baselineNanos;
  }

  private void baselineFirst() {
    if (needsBaseline()) {
      baselineNanos = Baseline.nanos(program, request.baseline(), progress.apply("baseline"));
    }
  }

  /** The run without pages of their own, where objects have some; else null. */
  private PadComparison plainFirst() {
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
