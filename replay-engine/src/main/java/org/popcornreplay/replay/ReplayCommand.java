package org.popcornreplay.replay;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.popcornreplay.replay.litmus.LitmusCommand;
import org.popcornreplay.replay.store.RecordLevel;
import org.popcornreplay.replay.store.RunStore;
import org.popcornreplay.replay.store.StoreLoading;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.CommandFrame;
import org.popcornreplay.traces.cli.ExitCode;
import org.popcornreplay.traces.cli.ProjectVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code popcorn-replay}: replays a trace on N nodes. */
@Command(
    name = "popcorn-replay",
    mixinStandardHelpOptions = true,
    versionProvider = ProjectVersion.class,
    description = "Replays a trace on N nodes of Popcorn Linux in virtual time.",
    sortOptions = false,
    subcommands = {ProfilesCommand.class, LitmusCommand.class, SweepCommand.class})
public final class ReplayCommand implements Callable<Integer> {
  private static final Duration STORE_PATIENCE = Duration.ofSeconds(60);

  @Option(names = "--nodes", paramLabel = "N", description = "Number of nodes, 1 to 1024.")
  private Integer nodes;

  @Option(names = "-o", paramLabel = "RUNS.duckdb", description = "Appends the run to this store.")
  private Path output;

  @Option(
      names = "--placement",
      paramLabel = "WHICH",
      description =
          "origin, round-robin, block, trace, trace:spread, file:FILE or auto, the fastest that some"
              + " dozen replays find (default: trace if the trace holds migrations, else block).")
  private String placement;

  @Option(
      names = "--profile",
      paramLabel = "NAME|FILE",
      description = "Cost profile (default: " + RunOptions.DEFAULT_PROFILE + ").")
  private String profile = RunOptions.DEFAULT_PROFILE;

  @Option(
      names = "--transport",
      paramLabel = "socket|rdma",
      description = "Message layer (default: as the profile says).")
  private String transport;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Sets one cost of the profile, one option of the protocol, or node.N.cores or"
              + " node.N-M.speed of unequal nodes.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--pad",
      paramLabel = "OBJECT",
      description =
          "Replays as if this variable, or the blocks allocated at this FILE:LINE, had pages of"
              + " their own, cut where other threads write (or every BYTES: OBJECT/BYTES), and says"
              + " what that saves. May be given several times.")
  private List<String> padded = new ArrayList<>();

  @Option(
      names = "--order",
      paramLabel = "elastic|recorded|both",
      description =
          "Who gets a lock first (default: elastic); both replays in each order and says how far"
              + " the times differ.")
  private String order = "elastic";

  @Option(
      names = "--page-size",
      paramLabel = "BYTES",
      description = "64 to 2097152, a power of two (default: 4096).")
  private int pageBytes = RunOptions.DEFAULT_PAGE_BYTES;

  @Option(names = "--cores", paramLabel = "N", description = "Cores of each node; 0: one a thread.")
  private Integer cores;

  @Option(
      names = "--no-baseline",
      description =
          "Does not replay the trace with all threads at the origin too: no speedup, half the work.")
  private boolean noBaseline;

  @Option(names = "--seed", paramLabel = "N", description = "Random seed (default: 1).")
  private long seed = 1;

  @Option(
      names = "--record",
      paramLabel = "summary|faults|messages",
      description = "How much goes into the store (default: messages).")
  private String record = "messages";

  @Option(names = "--label", paramLabel = "TEXT", description = "A label for the run.")
  private String label = "";

  @Option(
      names = "--popcorn-stat",
      description = "Prints the counters in the layout of /proc/popcorn_stat, per node.")
  private boolean popcornStat;

  @Option(
      names = "--check",
      description = "Checks the protocol's invariants after every step; exit code 1 if one fails.")
  private boolean check;

  @Option(names = "--json", description = "Prints the summary as JSON.")
  private boolean json;

  @Option(names = "--progress", description = "Shows progress even if stderr is no terminal.")
  private boolean showProgress;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "Says nothing on stderr but errors.")
  private boolean quiet;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Shows stack traces of errors.")
  @SuppressWarnings("UnusedVariable") // the command frame looks for the word
  private boolean debug;

  @Parameters(arity = "0..1", paramLabel = "TRACE", description = "The trace to replay.")
  private Path traceDirectory;

  @Spec private CommandSpec spec;

  /** Whether a command shall be silent on stderr but for errors. */
  public boolean quiet() {
    return quiet;
  }

  /** Runs the command. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs the command and returns its exit code. */
  public static int run(String... args) {
    return CommandFrame.execute(new ReplayCommand(), args);
  }

  @Override
  public Integer call() {
    if (traceDirectory == null) {
      throw CommandException.usage("TRACE=(none), expected the directory of a trace; see --help");
    }
    if (!List.of("elastic", "recorded", "both").contains(order)) {
      throw CommandException.usage("--order=" + order + ", expected elastic, recorded or both");
    }
    RunRequest request =
        new RunOptions(
                nodes,
                placement,
                profile,
                transport,
                settings,
                order.equals("recorded"),
                pageBytes,
                cores,
                seed)
            .request();
    RecordLevel level = RecordLevel.of(record);
    try (StoreLoading loading = output == null ? null : StoreLoading.begin();
        TraceReader trace = TraceReader.open(traceDirectory)) {
      return replay(trace, request.placedFor(trace), level);
    } catch (CommandException e) {
      throw e;
    } catch (RuntimeException e) {
      throw DamagedTrace.explain(traceDirectory, e);
    }
  }

  private int replay(TraceReader trace, RunRequest asked, RecordLevel level) {
    RunRequest request = asked;
    long begun = System.nanoTime();
    Program program =
        padded.isEmpty()
            ? Program.of(trace, output != null)
            : Program.padded(trace, padded, pageBytes);
    ProgressLine progress =
        new ProgressLine(
            System.err, !quiet && (showProgress || ProgressLine.stderrIsTerminal()), begun);
    PlacementSearch search = null;
    if (request.placement().equals(PlacementSearch.AUTO)) {
      search = new PlacementSearch(program, request, progress::part);
      request = search.search();
    }
    Execution.Done run = execute(program, request, progress, level);
    OrderComparison orders = null;
    Execution.Done other = null;
    if (order.equals("both") && run.impasse() == null) {
      other = execute(program, request.inOrder(true), progress, level);
      orders = other.impasse() == null ? new OrderComparison(run.result(), other.result()) : null;
    }
    progress.end();
    print(run, orders, search, wallMillis(begun));
    String impasse = run.impasse() == null && other != null ? other.impasse() : run.impasse();
    if (impasse != null) {
      throw CommandException.cannotContinue(
          run.impasse() == null ? "in the recorded order: " + impasse : impasse);
    }
    if (check) {
      notice(
          run.run().checks() + (other == null ? "" : "; recorded order: " + other.run().checks()));
    }
    String wrote = output == null ? "nothing stored" : "wrote run " + run.runId();
    wrote += output == null || other == null ? "" : " and run " + other.runId();
    wrote += output == null ? "" : " to " + output;
    notice(wrote + String.format(Locale.ROOT, ", %.2f s", wallMillis(begun) / 1e3));
    return ExitCode.DONE;
  }

  private Execution.Done execute(
      Program program, RunRequest request, ProgressLine progress, RecordLevel level) {
    String suffix = order.equals("both") && request.recordedOrder() ? ", recorded order" : "";
    Execution execution =
        new Execution(program, request)
            .onProgress(part -> progress.part(part + suffix))
            .checked(check);
    if (noBaseline) {
      execution.withoutBaseline();
    }
    if (output == null) {
      return execution.run();
    }
    try (RunStore store = RunStore.open(output, STORE_PATIENCE, this::notice)) {
      return execution.run(store, new Execution.Keeping(level, label, storedSettings()));
    }
  }

  private List<String> storedSettings() {
    List<String> all = new ArrayList<>(settings);
    padded.forEach(object -> all.add("pad=" + object));
    return all;
  }

  private void notice(String line) {
    if (!quiet) {
      System.err.println("popcorn-replay: " + line);
    }
  }

  private void print(
      Execution.Done executed, OrderComparison orders, PlacementSearch search, long wallMillis) {
    PrintWriter out = spec.commandLine().getOut();
    Replay run = executed.run();
    RunReport report =
        new RunReport(run, executed.runId(), executed.baselineNanos(), orders, wallMillis)
            .compared(executed.comparison())
            .chosenBy(search);
    if (json) {
      out.println(report.json());
    } else if (run.impasse() == null) {
      out.print(report.text());
    }
    if (popcornStat) {
      for (int n = 0; n < nodes; n++) {
        out.print(PopcornStatText.of(run.stat(n), n, run.request().transport()));
      }
    }
    out.flush();
  }

  private static long wallMillis(long begun) {
    return (System.nanoTime() - begun) / 1_000_000;
  }
}
