package org.popcornreplay.replay;

import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.popcornreplay.traces.TraceReader;

/**
 * The baseline of a run on a thread of its own: it reads the trace with a reader of its own and
 * shares nothing with the run, so it comes to what it would have come to before it.
 */
final class Baseline implements AutoCloseable {
  private static final long LOOK_MILLIS = 100;

  /** Shorter traces are replayed in less time than a second thread takes to pay. */
  private static final long LEAST_RECORDS = 500_000;

  private final Path trace;
  private final RunRequest request;
  private final Thread thread = new Thread(this::replay, "baseline");
  private volatile boolean unwanted;
  private volatile double fraction;
  private volatile long simulatedNanos;
  private RuntimeException failure;
  private Error error;

  private Baseline(Path trace, RunRequest request) {
    this.trace = trace;
    this.request = request;
    thread.setDaemon(true);
  }

  /** Whether there is a processor for it, and enough to do. */
  static boolean pays(TraceReader trace) {
    long records = trace.manifest().count("visits") + trace.manifest().count("events");
    return Runtime.getRuntime().availableProcessors() > 1
        && Math.max(records, trace.manifest().count("accesses")) >= LEAST_RECORDS;
  }

  /** Replays the baseline in the thread of the caller; gives its simulated time. */
  static long nanos(Program program, RunRequest request, Replay.ProgressListener progress) {
    return new Replay(program.trace(), request, program.plainCensus(), new RunListener() {})
        .onProgress(progress)
        .execute()
        .simulatedNanos();
  }

  /** Begins, and returns at once. */
  static Baseline begin(Path trace, RunRequest request) {
    Baseline baseline = new Baseline(trace, request);
    baseline.thread.start();
    return baseline;
  }

  private void replay() {
    try (TraceReader reader = TraceReader.open(trace)) {
      simulatedNanos = nanos(Program.of(reader, false), request, this::progress);
    } catch (RuntimeException e) {
      failure = e;
    } catch (Error e) {
      error = e;
    }
  }

  private void progress(double ofInstructions, long nanos) {
    if (unwanted) {
      throw new CancellationException("baseline");
    }
    fraction = ofInstructions;
    simulatedNanos = nanos;
  }

  /**
   * Waits for its end; gives the simulated time.
   *
   * @throws RuntimeException what has broken it, as a replay throws it
   */
  long await(Replay.ProgressListener progress) {
    while (!joined(LOOK_MILLIS)) {
      progress.progress(fraction, simulatedNanos);
    }
    if (error != null) {
      throw error;
    }
    if (failure != null) {
      throw failure;
    }
    return simulatedNanos;
  }

  /** Gives it up if it has not ended. */
  @Override
  public void close() {
    unwanted = true;
    joined(0);
  }

  private boolean joined(long millis) {
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      unwanted = true;
      Thread.currentThread().interrupt();
      throw new CancellationException("baseline");
    }
    return !thread.isAlive();
  }
}
