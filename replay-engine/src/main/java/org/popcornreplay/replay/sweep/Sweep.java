package org.popcornreplay.replay.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.ExitCode;

/**
 * Does the runs of a plan that its folder does not have. Every run is one thread's work and depends
 * on nothing but its point, so that results are the same with any number of workers.
 */
public final class Sweep {
  private final SweepFolder folder;
  private final int jobs;
  private final Supplier<Worker> workers;

  /** What one worker thread has: it may keep a trace open from run to run. */
  public interface Worker extends AutoCloseable {
    /**
     * Executes a run and writes it into the sweep's folder.
     *
     * @return why it could not go on, or null where it reached its end
     */
    String execute(SweepPoint point);

    @Override
    void close();
  }

  /** Hears, now and then, how far the sweep is. */
  @FunctionalInterface
  public interface Listener {
    /** So many of all runs to do are done. */
    void done(int runs, int of);
  }

  /**
   * Sets up a sweep.
   *
   * @param jobs worker threads, 1 or more
   * @param workers makes what a thread works with
   */
  public Sweep(SweepFolder folder, int jobs, Supplier<Worker> workers) {
    this.folder = folder;
    this.jobs = jobs;
    this.workers = workers;
  }

  /**
   * Does what is left to do. A run that fails is noted and the others go on; a fault of the folder
   * (a full disk) ends the sweep.
   */
  public void run(List<SweepPoint> points, Listener listener) {
    List<SweepPoint> left = points.stream().filter(point -> !folder.has(point)).toList();
    AtomicInteger next = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    AtomicReference<RuntimeException> fault = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int j = 0; j < Math.min(jobs, left.size()); j++) {
      Thread thread =
          new Thread(
              () -> {
                try (Worker worker = workers.get()) {
                  for (int i = next.getAndIncrement();
                      i < left.size() && fault.get() == null;
                      i = next.getAndIncrement()) {
                    execute(worker, left.get(i));
                    listener.done(done.incrementAndGet(), left.size());
                  }
                } catch (RuntimeException e) {
                  fault.compareAndSet(null, e);
                }
              },
              "sweep-" + j);
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      join(thread);
    }
    if (fault.get() != null) {
      throw fault.get();
    }
  }

  private void execute(Worker worker, SweepPoint point) {
    try {
      String impasse = worker.execute(point);
      if (impasse != null) {
        folder.failed(new SweepFolder.Failure(point, ExitCode.CANNOT_CONTINUE, impasse));
      }
    } catch (CommandException e) {
      folder.failed(new SweepFolder.Failure(point, e.exitCode(), e.getMessage()));
    }
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
