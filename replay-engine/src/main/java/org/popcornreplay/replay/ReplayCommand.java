package org.popcornreplay.replay;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.replay.heap.AllocationSites;
import org.popcornreplay.replay.heap.HeapHistory;
import org.popcornreplay.replay.litmus.LitmusCommand;
import org.popcornreplay.replay.padding.Padding;
import org.popcornreplay.replay.padding.PaddingPlan;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.store.RecordLevel;
import org.popcornreplay.replay.store.RunStore;
import org.popcornreplay.replay.store.StoreListener;
import org.popcornreplay.replay.thread.SyncCensus;
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
    subcommands = {ProfilesCommand.class, LitmusCommand.class})
public final class ReplayCommand implements Callable<Integer> {
  /** The profile where none is named. */
  static final String DEFAULT_PROFILE = "tcp-10g-nodelay";

  private static final Duration STORE_PATIENCE = Duration.ofSeconds(60);
  private static final int LEAST_PAGE_BYTES = 64;
  private static final int MOST_PAGE_BYTES = 1 << 21;
  private static final int MOST_CORES = 4096;
  private static final Pattern NODE_KEY = Pattern.compile("node\\.([^.]{1,20})\\.([^.]{1,20})");

  @Option(names = "--nodes", paramLabel = "N", description = "Number of nodes, 1 to 1024.")
  private Integer nodes;

  @Option(names = "-o", paramLabel = "RUNS.duckdb", description = "Appends the run to this store.")
  private Path output;

  @Option(
      names = "--placement",
      paramLabel = "WHICH",
      description =
          "origin, round-robin, block, trace, trace:spread or file:FILE (default: trace if the"
              + " trace holds migrations, else block).")
  private String placement;

  @Option(
      names = "--profile",
      paramLabel = "NAME|FILE",
      description = "Cost profile (default: " + DEFAULT_PROFILE + ").")
  private String profile = DEFAULT_PROFILE;

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
  private int pageBytes = 4096;

  @Option(names = "--cores", paramLabel = "N", description = "Cores of each node; 0: one a thread.")
  private Integer cores;

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
    if (nodes == null || nodes < 1 || nodes > Popcorn.MAX_NODES) {
      throw CommandException.usage(
          "--nodes=" + (nodes == null ? "(none)" : nodes) + ", expected 1 to " + Popcorn.MAX_NODES);
    }
    checkNumbers();
    RecordLevel level = RecordLevel.of(record);
    CostProfile costs = ProfileFile.load(profile);
    Options options = Options.FAITHFUL;
    for (Map.Entry<String, String> option : costs.options().entrySet()) {
      options = with(options, option.getKey(), option.getValue());
    }
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw CommandException.usage("--set=" + setting + ", expected KEY=VALUE");
      }
      String key = setting.substring(0, equals);
      String value = setting.substring(equals + 1);
      ProfileKey profileKey = ProfileKey.ofKey(key.toLowerCase(Locale.ROOT));
      Matcher node = NODE_KEY.matcher(key);
      if (profileKey != null) {
        costs = costs.with(profileKey, value);
      } else if (node.matches()) {
        costs = costs.withNodes(node.group(1), node.group(2), value);
      } else {
        options = with(options, key.toUpperCase(Locale.ROOT), value);
      }
    }
    String layer = transport == null ? costs.text(ProfileKey.TRANSPORT) : transport;
    if (!layer.equals("socket") && !layer.equals("rdma")) {
      throw CommandException.usage("--transport=" + layer + ", expected socket or rdma");
    }
    options = with(options, "TRANSPORT", layer);
    try (TraceReader trace = TraceReader.open(traceDirectory)) {
      return replay(trace, costs, options, layer, level);
    } catch (CommandException e) {
      throw e;
    } catch (RuntimeException e) {
      throw DamagedTrace.explain(traceDirectory, e);
    }
  }

  private void checkNumbers() {
    if (pageBytes < LEAST_PAGE_BYTES
        || pageBytes > MOST_PAGE_BYTES
        || Integer.bitCount(pageBytes) != 1) {
      throw CommandException.usage(
          "--page-size=" + pageBytes + ", expected a power of two from 64 to 2097152");
    }
    if (cores != null && (cores < 0 || cores > MOST_CORES)) {
      throw CommandException.usage("--cores=" + cores + ", expected 0 to " + MOST_CORES);
    }
    if (!List.of("elastic", "recorded", "both").contains(order)) {
      throw CommandException.usage("--order=" + order + ", expected elastic, recorded or both");
    }
  }

  private static Options with(Options options, String name, String value) {
    try {
      return options.with(name, value);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--set: " + e.getMessage());
    }
  }

  private int replay(
      TraceReader trace, CostProfile costs, Options options, String layer, RecordLevel level) {
    Instant startedAt = Instant.now();
    long begun = System.nanoTime();
    boolean migrates = trace.manifest().count("migrations") > 0;
    String where = placement == null ? (migrates ? "trace" : "block") : placement;
    RunRequest request =
        new RunRequest(
            nodes,
            where,
            costs,
            options,
            cores == null ? -1 : cores,
            order.equals("recorded"),
            pageBytes,
            seed);
    Program program = program(trace);
    ProgressLine progress =
        new ProgressLine(
            System.err, !quiet && (showProgress || ProgressLine.stderrIsTerminal()), begun);
    Executed run = execute(program, request, progress, startedAt, layer, level);
    OrderComparison orders = null;
    Executed other = null;
    if (order.equals("both") && run.impasse() == null) {
      Instant otherAt = Instant.now();
      other = execute(program, request.inOrder(true), progress, otherAt, layer, level);
      orders = other.impasse() == null ? new OrderComparison(run.result(), other.result()) : null;
    }
    progress.end();
    print(run, orders, layer, wallMillis(begun));
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

  /** A run and its baseline. */
  private record Executed(Replay run, Long runId, long baselineNanos, PadComparison comparison) {
    String impasse() {
      return run.impasse();
    }

    OrderComparison.Result result() {
      return new OrderComparison.Result(runId, run.simulatedNanos(), baselineNanos);
    }
  }

  private Executed execute(
      Program program,
      RunRequest request,
      ProgressLine progress,
      Instant startedAt,
      String layer,
      RecordLevel level) {
    TraceReader trace = program.trace();
    String suffix = order.equals("both") && request.recordedOrder() ? ", recorded order" : "";
    long begun = System.nanoTime();
    boolean isBaseline = request.placement().equals("origin");
    long baselineNanos = 0;
    if (!isBaseline) {
      baselineNanos =
          new Replay(trace, request.baseline(), program.plainCensus(), new RunListener() {})
              .onProgress(progress.part("baseline" + suffix))
              .execute()
              .simulatedNanos();
    }
    PadComparison comparison = null;
    if (!program.padding().isNone()) {
      comparison = new PadComparison(program.padding());
      Replay plain = new Replay(trace, request, program.plainCensus(), comparison);
      plain.onProgress(progress.part("without padding" + suffix)).execute();
      if (plain.impasse() != null) {
        throw CommandException.cannotContinue(plain.impasse());
      }
      comparison.plainRun(plain);
    }
    Replay run;
    Long runId = null;
    if (output == null) {
      run = new Replay(trace, program.padding(), request, program.census(), new RunListener() {});
      run.onProgress(progress.part("replay" + suffix)).checked(check).execute();
      baselineNanos = isBaseline ? run.simulatedNanos() : baselineNanos;
    } else {
      try (RunStore store = RunStore.open(output, STORE_PATIENCE, this::notice)) {
        StoreListener listener = store.beginRun(level);
        run = new Replay(trace, program.padding(), request, program.census(), listener);
        listener.observeHeap(program.padding().heap(), run::recordedTime);
        run.onProgress(progress.part("replay" + suffix)).checked(check).execute();
        baselineNanos = isBaseline ? run.simulatedNanos() : baselineNanos;
        if (run.impasse() == null) {
          runId =
              new StoredRun(run, listener)
                  .write(
                      label,
                      baselineNanos,
                      startedAt,
                      wallMillis(begun),
                      request.profile(),
                      layer,
                      storedSettings());
        }
      }
    }
    return new Executed(run, runId, baselineNanos, comparison);
  }

  /** What is replayed: a trace, perhaps with objects on pages of their own. */
  private record Program(
      TraceReader trace, SyncCensus plainCensus, Padding padding, SyncCensus census) {}

  private Program program(TraceReader trace) {
    HeapHistory heap = output == null && padded.isEmpty() ? null : heap(trace);
    Padding plain = Padding.none(trace, heap);
    SyncCensus census = census(trace, plain);
    if (padded.isEmpty()) {
      return new Program(trace, census, plain, census);
    }
    Padding padding = PaddingPlan.of(trace, heap, Replay.threadCount(trace), padded, pageBytes);
    return new Program(trace, census, padding, census(trace, padding));
  }

  private static SyncCensus census(TraceReader trace, Padding padding) {
    return Replay.threadCount(trace) < 2
        ? new SyncCensus()
        : SyncCensus.of(Replay.threadCount(trace), padding::events);
  }

  private List<String> storedSettings() {
    List<String> all = new ArrayList<>(settings);
    padded.forEach(object -> all.add("pad=" + object));
    return all;
  }

  private static HeapHistory heap(TraceReader trace) {
    return HeapHistory.of(
        Replay.threadCount(trace),
        trace::events,
        new AllocationSites(trace.stacks(), trace.code(), trace.images()));
  }

  private void notice(String line) {
    if (!quiet) {
      System.err.println("popcorn-replay: " + line);
    }
  }

  private void print(Executed executed, OrderComparison orders, String layer, long wallMillis) {
    PrintWriter out = spec.commandLine().getOut();
    Replay run = executed.run();
    RunReport report =
        new RunReport(run, executed.runId(), layer, executed.baselineNanos(), orders, wallMillis)
            .compared(executed.comparison());
    if (json) {
      out.println(report.json());
    } else if (run.impasse() == null) {
      out.print(report.text());
    }
    if (popcornStat) {
      for (int n = 0; n < nodes; n++) {
        out.print(PopcornStatText.of(run.stat(n), n, layer));
      }
    }
    out.flush();
  }

  private static long wallMillis(long begun) {
    return (System.nanoTime() - begun) / 1_000_000;
  }
}
