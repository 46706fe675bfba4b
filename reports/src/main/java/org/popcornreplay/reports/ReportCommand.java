package org.popcornreplay.reports;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.popcornreplay.reports.charts.ChartPainter;
import org.popcornreplay.reports.query.ReportStore;
import org.popcornreplay.reports.query.Selection;
import org.popcornreplay.traces.cli.CommandFrame;
import org.popcornreplay.traces.cli.ExitCode;
import org.popcornreplay.traces.cli.ProjectVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** popcorn-report: one page and its pictures from a run store. */
@Command(
    name = "popcorn-report",
    mixinStandardHelpOptions = true,
    versionProvider = ProjectVersion.class,
    sortOptions = false,
    description = {
      "Shows the runs of a store: DIR/index.html, one page that opens from disk without a network, and DIR/*.png.",
      "One run is shown in detail: the first of --run, else the second of --compare, else the one with the most nodes."
    })
public final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUNS.duckdb", description = "Run store of popcorn-replay.")
  private Path runs;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "Folder of the report; an older report there is replaced.")
  private Path output;

  @Option(
      names = "--run",
      arity = "1..*",
      paramLabel = "ID",
      description = "Only these runs; the first one in detail.")
  private List<Long> ids = new ArrayList<>();

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "RUN",
      description = "Two runs: what changed from the first to the second.")
  private List<Long> pair = new ArrayList<>();

  @Option(names = "--force", description = "Replace DIR even when it holds other files.")
  private boolean force;

  @Option(names = "--quiet", description = "Say nothing on stderr but errors.")
  private boolean quiet;

  // CommandFrame looks for this word itself; it stands here so that --help lists it.
  @SuppressWarnings("UnusedVariable")
  @Option(names = "--debug", description = "Show stack traces of errors.")
  private boolean debug;

  /** Runs the command. */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    System.exit(run(args));
  }

  /** The command without ending the process; returns the exit code. */
  static int run(String... args) {
    return CommandFrame.execute(new ReportCommand(), args);
  }

  private void notice(String line) {
    if (!quiet) {
      spec.commandLine().getErr().println(line);
      spec.commandLine().getErr().flush();
    }
  }

  @Override
  public Integer call() {
    long start = System.nanoTime();
    ReportFolder folder = new ReportFolder(output, force);
    folder.needsToBeFree();
    ChartPainter.needFonts();
    SortedMap<String, byte[]> files;
    try (ReportStore store = ReportStore.open(runs, this::notice)) {
      files = Report.of(store, Selection.of(store, ids, pair));
    }
    folder.write(files);
    notice(
        String.format(
            Locale.ROOT,
            "wrote %s and %d pictures in %.1f s",
            output.resolve("index.html"),
            files.size() - 1,
            (System.nanoTime() - start) / 1e9));
    return ExitCode.DONE;
  }
}
