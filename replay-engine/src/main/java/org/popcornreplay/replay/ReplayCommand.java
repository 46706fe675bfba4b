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
import org.popcornreplay.protocol.Options;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.replay.heap.AllocationSites;
import org.popcornreplay.replay.heap.HeapHistory;
import org.popcornreplay.replay.litmus.LitmusCommand;
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

  @Option(names = "--nodes", paramLabel = "N", description = "Number of nodes, 1 to 1024.")
  private Integer nodes;

  @Option(names = "-o", paramLabel = "RUNS.duckdb", description = "Appends the run to this store.")
  private Path output;

  @Option(
      names = "--placement",
      paramLabel = "WHICH",
      description =
          "origin, round-robin, block, trace or file:FILE (default: trace if the trace holds"
              + " migrations, else block).")
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
      description = "Sets one cost of the profile or one option of the protocol.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--order",
      paramLabel = "elastic|recorded",
      description = "Who gets a lock first (default: elastic).")
  private String order = "elastic";

  @Option(
      names = "--page-size",
      paramLabel = "BYTES",
      description = "64 to 2097152, a power of two (default: 4096).")
  private int pageBytes = 4096;

  @Option(names = "--cores", paramLabel = "N", description = "Cores of a node.")
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
      if (profileKey != null) {
        costs = costs.with(profileKey, value);
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
    if (!order.equals("elastic") && !order.equals("recorded")) {
      throw CommandException.usage("--order=" + order + ", expected elastic or recorded");
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
    SyncCensus census =
        trace.manifest().count("sync_events") == 0
            ? new SyncCensus()
            : SyncCensus.of(Replay.threadCount(trace), trace::events);
    ProgressLine progress =
        new ProgressLine(
            System.err, !quiet && (showProgress || ProgressLine.stderrIsTerminal()), begun);
    long baselineNanos = 0;
    boolean isBaseline = where.equals("origin");
    if (!isBaseline) {
      Replay baseline =
          new Replay(trace, request.baseline(), census, new RunListener() {})
              .onProgress(progress.part("baseline"))
              .execute();
      baselineNanos = baseline.simulatedNanos();
    }
    Replay run;
    Long runId = null;
    if (output == null) {
      run = new Replay(trace, request, census, new RunListener() {});
      run.onProgress(progress.part("replay")).checked(check).execute();
      baselineNanos = isBaseline ? run.simulatedNanos() : baselineNanos;
    } else {
      try (RunStore store = RunStore.open(output, STORE_PATIENCE, this::notice)) {
        StoreListener listener = store.beginRun(level);
        run = new Replay(trace, request, census, listener);
        listener.observeHeap(heap(trace), run::recordedTime);
        run.onProgress(progress.part("replay")).checked(check).execute();
        baselineNanos = isBaseline ? run.simulatedNanos() : baselineNanos;
        if (run.impasse() == null) {
          runId =
              new StoredRun(run, listener)
                  .write(
                      label, baselineNanos, startedAt, wallMillis(begun), costs, layer, settings);
        }
      }
    }
    progress.end();
    print(new RunReport(run, runId, layer, baselineNanos, wallMillis(begun)), run, layer);
    if (run.impasse() != null) {
      throw CommandException.cannotContinue(run.impasse());
    }
    if (check) {
      notice(run.checks());
    }
    notice(
        (output == null ? "nothing stored" : "wrote run " + runId + " to " + output)
            + String.format(Locale.ROOT, ", %.2f s", wallMillis(begun) / 1e3));
    return ExitCode.DONE;
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

  private void print(RunReport report, Replay run, String layer) {
    PrintWriter out = spec.commandLine().getOut();
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
