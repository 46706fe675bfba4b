package org.popcornreplay.replay;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.popcornreplay.replay.store.RecordLevel;
import org.popcornreplay.replay.sweep.Sweep;
import org.popcornreplay.replay.sweep.SweepFolder;
import org.popcornreplay.replay.sweep.SweepPlan;
import org.popcornreplay.replay.sweep.SweepPoint;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.ExitCode;
import org.popcornreplay.traces.cli.ProjectVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code popcorn-replay sweep PLAN.yaml -o DIR}: every combination of a plan, as Parquet runs. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    versionProvider = ProjectVersion.class,
    sortOptions = false,
    description = "Replays every combination of a plan; popcorn-sql DIR asks all runs at once.")
final class SweepCommand implements Callable<Integer> {
  private static final int MOST_JOBS = 1024;
  private static final long NANOS_BETWEEN_LINES = 500_000_000L;

  @Parameters(paramLabel = "PLAN.yaml", description = "What to run: see docs/replay.md.")
  private Path planFile;

  @Option(names = "-o", required = true, paramLabel = "DIR", description = "Folder of the runs.")
  private Path output;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "Runs at the same time (default: one a processor).")
  private int jobs = Runtime.getRuntime().availableProcessors();

  @Option(names = "--resume", description = "Does what DIR does not have yet.")
  private boolean resume;

  @Option(names = "--json", description = "Prints one JSON object a line for each run.")
  private boolean json;

  @Option(names = "--progress", description = "Shows progress even if stderr is no terminal.")
  private boolean showProgress;

  @ParentCommand private ReplayCommand parent;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    long begun = System.nanoTime();
    if (jobs < 1 || jobs > MOST_JOBS) {
      throw CommandException.usage("--jobs=" + jobs + ", expected 1 to " + MOST_JOBS);
    }
    SweepPlan plan =
        SweepPlan.read(planFile, RunOptions.DEFAULT_PROFILE, RunOptions.DEFAULT_PAGE_BYTES);
    List<SweepPoint> points = plan.points();
    RecordLevel level = RecordLevel.of(plan.record());
    Map<Path, String> hashes = checkedTraces(points);
    check(points);
    List<SweepFolder.Failure> failures;
    try (SweepFolder folder = SweepFolder.open(output, plan, hashes::get, resume)) {
      ConcurrentMap<List<Object>, Long> baselines = new ConcurrentHashMap<>();
      new Sweep(folder, jobs, () -> new SweepWorker(folder.path(), level, plan.label(), baselines))
          .run(points, progress(begun));
      failures = folder.failures();
    }
    SweepResults results = new SweepResults(output, points);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      results.json(out);
    } else {
      results.text(out);
    }
    out.flush();
    int exitCode = ExitCode.DONE;
    for (SweepFolder.Failure failure : failures) {
      exitCode = Math.max(exitCode, failure.exitCode());
      spec.commandLine()
          .getErr()
          .println(
              "popcorn-replay: run "
                  + failure.point().runId()
                  + " ("
                  + failure.point().words()
                  + "): "
                  + failure.reason());
    }
    if (!parent.quiet()) {
      spec.commandLine()
          .getErr()
          .printf(
              Locale.ROOT,
              "popcorn-replay: %s has %d of %d runs%s, %.2f s%n",
              output,
              results.size(),
              points.size(),
              failures.isEmpty() ? "" : ", " + failures.size() + " failed (failed.json)",
              (System.nanoTime() - begun) / 1e9);
    }
    return exitCode;
  }

  /** All traces can be read, before the first run begins. */
  private static Map<Path, String> checkedTraces(List<SweepPoint> points) {
    Map<Path, String> hashes = new HashMap<>();
    for (SweepPoint point : points) {
      if (!hashes.containsKey(point.trace())) {
        try (TraceReader trace = TraceReader.open(point.trace())) {
          hashes.put(point.trace(), trace.traceHash());
        }
      }
    }
    return hashes;
  }

  /** All options are known, before the first run begins. */
  private void check(List<SweepPoint> points) {
    Set<SweepPoint> seen = new HashSet<>();
    for (SweepPoint point : points) {
      if (!seen.add(point.ofAnyNumberAndSeed())) {
        continue;
      }
      try {
        SweepWorker.request(point);
      } catch (CommandException e) {
        throw CommandException.usage(planFile + ": run " + point.runId() + ": " + e.getMessage());
      }
    }
  }

  private Sweep.Listener progress(long begun) {
    boolean shown = !parent.quiet() && (showProgress || ProgressLine.stderrIsTerminal());
    long[] last = {begun};
    return (done, of) -> {
      synchronized (last) {
        long now = System.nanoTime();
        if (!shown || (now - last[0] < NANOS_BETWEEN_LINES && done < of)) {
          return;
        }
        last[0] = now;
        double left = (now - begun) / 1e9 / done * (of - done);
        System.err.printf(Locale.ROOT, "\r%d of %d runs, %.0f s left   ", done, of, left);
        if (done == of) {
          System.err.print("\r" + " ".repeat(60) + "\r");
        }
      }
    };
  }
}
