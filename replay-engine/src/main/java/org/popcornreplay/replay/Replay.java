package org.popcornreplay.replay;

import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.popcornreplay.protocol.FaultKind;
import org.popcornreplay.protocol.Observer;
import org.popcornreplay.protocol.Outcome;
import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.PopcornCluster;
import org.popcornreplay.protocol.PopcornStat;
import org.popcornreplay.protocol.check.InvariantViolation;
import org.popcornreplay.protocol.check.InvariantWatch;
import org.popcornreplay.replay.cpu.Cores;
import org.popcornreplay.replay.cpu.NodeSpeeds;
import org.popcornreplay.replay.engine.TimedWorld;
import org.popcornreplay.replay.network.Network;
import org.popcornreplay.replay.order.RecordedOrder;
import org.popcornreplay.replay.padding.Padding;
import org.popcornreplay.replay.placement.ChosenPlacement;
import org.popcornreplay.replay.placement.DealtPlacement;
import org.popcornreplay.replay.placement.FilePlacement;
import org.popcornreplay.replay.placement.Placement;
import org.popcornreplay.replay.placement.ProgramPlacement;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.thread.PageScale;
import org.popcornreplay.replay.thread.ReplayThread;
import org.popcornreplay.replay.thread.RmwFaults;
import org.popcornreplay.replay.thread.RunContext;
import org.popcornreplay.replay.thread.SyncCensus;
import org.popcornreplay.replay.time.EventQueue;
import org.popcornreplay.traces.ThreadTable;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;

/** One run of a trace on a number of nodes. */
public final class Replay {
  /** The most threads that a replay takes. */
  public static final int MAX_THREADS = 4096;

  /** Before what a search has chosen: a placement's name, or a node for each thread. */
  static final String CHOSEN = PlacementSearch.AUTO + ":";

  private static final List<String> PLACEMENTS =
      List.of("origin", "round-robin", "block", "trace", "trace:spread", PlacementSearch.AUTO);
  private static final double FEMTOS_PER_NANO = 1e6;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int LOOK_EVERY_STEPS = 1 << 14;
  private static final long LIVELOCK_STEPS = 20_000_000;

  /** Hears how far a run is. */
  @FunctionalInterface
  public interface ProgressListener {
    /** So much of the trace's instructions has been executed, from 0 to 1. */
    void progress(double fraction, long simulatedNanos);
  }

  private final TraceReader trace;
  private final Padding padding;
  private final RunRequest request;
  private final EventQueue queue;
  private final Cores[] cores;
  private final Network network;
  private final ProtocolTally tally;
  private final PopcornCluster popcorn;
  private final Placement placement;
  private final RunContext run;
  private final int[] coresOf;
  private final double instructionNanos;
  private final boolean calibrated;
  private final int threads;
  private ProgressListener progress = (fraction, nanos) -> {};
  private InvariantWatch watch;
  private String impasse;

  /**
   * Sets up a run.
   *
   * @param census what a first look at the trace's events told
   */
  public Replay(TraceReader trace, RunRequest request, SyncCensus census, RunListener listener) {
    this(trace, Padding.none(trace, null), request, census, listener);
  }

  /**
   * Sets up a run of a trace in which some objects have pages of their own.
   *
   * @param census what a first look at the padded trace's events told
   */
  public Replay(
      TraceReader trace,
      Padding padding,
      RunRequest request,
      SyncCensus census,
      RunListener listener) {
    this.trace = trace;
    this.padding = padding;
    this.request = request;
    threads = threadCount(trace);
    int nodes = request.nodes();
    var profile = request.profile();
    queue = new EventQueue(nodes);
    cores = new Cores[nodes];
    coresOf = new int[nodes];
    double[] speedOf = new double[nodes];
    for (int n = 0; n < nodes; n++) {
      coresOf[n] = request.cores() >= 0 ? request.cores() : profile.cores(n);
      speedOf[n] = profile.shapes().speed(n);
    }
    NodeSpeeds speeds = new NodeSpeeds(speedOf);
    for (int n = 0; n < nodes; n++) {
      cores[n] =
          new Cores(
              queue,
              n,
              coresOf[n],
              profile.number(ProfileKey.TIME_SLICE),
              speeds.on(n, profile.number(ProfileKey.CONTEXT_SWITCH)));
    }
    boolean nagle = request.options().get("NAGLE").equals("on") || profile.isOn(ProfileKey.NAGLE);
    boolean rdma = request.options().get("TRANSPORT").equals("rdma");
    network =
        new Network(queue, cores, speeds, profile, Network.Transport.of(rdma, nagle))
            .jittered(request.seed());
    PageScale scale = PageScale.of(request.pageBytes(), padding.maps());
    tally = new ProtocolTally(queue, listener, nodes, threads, scale);
    String workQueue = profile.text(ProfileKey.WORK_QUEUE).toUpperCase(java.util.Locale.ROOT);
    if (!request.options().get("E3").equals("PER_LINK_SERIAL")) {
      workQueue = request.options().get("E3");
    }
    TimedWorld world =
        new TimedWorld(
            queue,
            cores,
            speeds,
            network,
            profile,
            workQueue,
            request.pageBytes(),
            request.seed(),
            this::thread);
    popcorn = new PopcornCluster(nodes, request.pageBytes(), world, request.options(), tally);
    network.connect(popcorn::deliver);
    placement = placement(nodes);
    double perInstruction = profile.decimal(ProfileKey.INSTRUCTION);
    long cpuNanos = trace.manifest().nativeCpuNanos();
    long instructions = trace.manifest().count("instructions");
    calibrated =
        profile.text(ProfileKey.INSTRUCTION_FROM).equals("trace")
            && cpuNanos > 0
            && instructions > 0;
    instructionNanos = calibrated ? (double) cpuNanos / instructions : perInstruction;
    long[] femtos = new long[nodes];
    for (int n = 0; n < nodes; n++) {
      femtos[n] = Math.round(instructionNanos * FEMTOS_PER_NANO / speedOf[n]);
    }
    IntFunction<org.popcornreplay.traces.ThreadCursor> events = padding::events;
    LongOpenHashSet kept = census.conditionMutexes();
    RecordedOrder order =
        new RecordedOrder(threads, events, kept, request.recordedOrder(), census.guardedAtomics());
    run =
        new RunContext(
            new RunContext.Parts(
                queue,
                cores,
                popcorn,
                listener,
                order,
                census,
                placement,
                scale,
                padding.maps(),
                padding::cursor,
                threads),
            new RunContext.Costs(
                femtos,
                speeds,
                profile.number(ProfileKey.WAKE_UP),
                profile.number(ProfileKey.SYSTEM_CALL),
                profile.numbers(ProfileKey.SLEEP_SLACK),
                request.seed(),
                network.firmReachNanos(),
                network.runningReachNanos()),
            RmwFaults.of(request.options().get("RMW_FAULT")));
    tally.attach(run);
  }

  /** Threads of a trace, by their largest number. */
  public static int threadCount(TraceReader trace) {
    ThreadTable table = trace.threads();
    int most = 0;
    for (int row = 0; row < table.size(); row++) {
      if (table.thread(row) < 0) {
        throw CommandException.badInput(
            trace.directory() + ": thread=" + table.thread(row) + ", expected 0 or more");
      }
      most =
          Math.max(
              most,
              table.thread(row) == Integer.MAX_VALUE ? Integer.MAX_VALUE : table.thread(row) + 1);
    }
    if (most == 0) {
      throw CommandException.badInput(trace.directory() + ": threads=0, expected at least 1");
    }
    if (most > MAX_THREADS) {
      throw CommandException.badInput(
          trace.directory() + ": threads=" + most + ", expected at most " + MAX_THREADS);
    }
    return most;
  }

  private ReplayThread thread(int number) {
    return run.thread(number);
  }

  private Placement placement(int nodes) {
    ThreadTable table = trace.threads();
    long[] instructions = new long[threads];
    String[] names = new String[threads];
    java.util.Arrays.fill(names, "");
    for (int row = 0; row < table.size(); row++) {
      instructions[table.thread(row)] = table.instructions(row);
      names[table.thread(row)] = table.name(row);
    }
    return placement(request.placement(), nodes, names, instructions);
  }

  private Placement placement(String asked, int nodes, String[] names, long[] instructions) {
    if (asked.startsWith(CHOSEN)) {
      String chosen = asked.substring(CHOSEN.length());
      return new ChosenPlacement(
          Character.isDigit(chosen.charAt(0))
              ? ChosenPlacement.ofNodes(chosen)
              : placement(chosen, nodes, names, instructions));
    }
    if (asked.startsWith("file:")) {
      return FilePlacement.read(
          Path.of(asked.substring("file:".length())), nodes, names, instructions);
    }
    return switch (asked) {
      case "origin" -> DealtPlacement.origin();
      case "block" -> DealtPlacement.block(nodes, instructions);
      case "round-robin" -> DealtPlacement.roundRobin(nodes, instructions);
      case "trace" -> ProgramPlacement.asked(nodes);
      case "trace:spread" -> ProgramPlacement.spread(nodes, threads, trace::events);
      default -> throw unknownPlacement(asked);
    };
  }

  private static CommandException unknownPlacement(String asked) {
    return CommandException.usage(
        "--placement="
            + asked
            + ", expected origin, round-robin, block, trace, trace:spread, auto or file:FILE");
  }

  /** Refuses the name of a placement that there is not; null is the one that suits the trace. */
  static void checkPlacement(String asked) {
    if (asked != null && !PLACEMENTS.contains(asked) && !asked.startsWith("file:")) {
      throw unknownPlacement(asked);
    }
  }

  /** Hears how far the run is, now and then. */
  public Replay onProgress(ProgressListener to) {
    progress = to;
    return this;
  }

  /** Checks the protocol's invariants after every step. */
  public Replay checked(boolean on) {
    watch = on ? new InvariantWatch(popcorn) : null;
    tally.alsoTell(on ? watch : Observer.NONE);
    return this;
  }

  /** What was checked, in one line; null where nothing was. */
  public String checks() {
    return watch == null
        ? null
        : String.format(
            Locale.ROOT,
            "check: %d steps, %d pages looked at, all pages %d times, nothing found",
            watch.steps(),
            watch.pagesChecked(),
            watch.looksAtAll());
  }

  /** Why the run could not go on, one line and a table; null where it reached its end. */
  public String impasse() {
    return impasse;
  }

  /** Runs to the end, or to the point at which nothing can go on: see {@link #impasse}. */
  public Replay execute() {
    run.start();
    long progressRecords = -1;
    long progressStep = 0;
    long total = Math.max(1, trace.manifest().count("instructions"));
    while (true) {
      boolean more = runSteps();
      if (network.failure() != null) {
        impasse = Impasse.ofNetwork(this, network.failure());
        return this;
      }
      if (run.stopped()) {
        impasse = Impasse.ofFailure(this);
        return this;
      }
      if (!more) {
        break;
      }
      long records = records();
      if (records != progressRecords) {
        progressRecords = records;
        progressStep = queue.stepsRun();
      } else if (queue.stepsRun() - progressStep > LIVELOCK_STEPS) {
        impasse = Impasse.ofLivelock(this);
        return this;
      }
      progress.progress((double) instructions() / total, queue.nowNanos());
    }
    if (run.failedThread() != null) {
      impasse = Impasse.ofFailure(this);
    } else if (run.live() > 0 && !run.processExited()) {
      impasse = Impasse.ofDeadlock(this);
    }
    if (watch != null && impasse == null) {
      checkEnd();
    }
    run.cutOff();
    return this;
  }

  /**
   * Runs steps for a while; false where there are no more. A method of its own, which is entered
   * again and again: the compiler may throw its code away, and a loop that is never entered anew
   * then stays with the interpreter.
   */
  private boolean runSteps() {
    for (int steps = 0; steps < LOOK_EVERY_STEPS; steps++) {
      if (run.stopped() || network.failure() != null) {
        return true;
      }
      boolean more = watch == null ? queue.runNext() : runNextChecked();
      if (!more && !goesOnOutOfOrder()) {
        return false;
      }
    }
    return true;
  }

  /** Where nothing can happen any more, an operation that waits for its turn goes first. */
  private boolean goesOnOutOfOrder() {
    return run.live() > 0
        && !run.processExited()
        && run.failedThread() == null
        && !run.stopped()
        && run.breakOrder();
  }

  private boolean runNextChecked() {
    try {
      boolean more = queue.runNext();
      if (more) {
        watch.afterStep();
      }
      return more;
    } catch (InvariantViolation violation) {
      throw found(violation.getMessage());
    }
  }

  private void checkEnd() {
    try {
      watch.atRest();
    } catch (InvariantViolation violation) {
      throw found(violation.getMessage());
    }
    if (popcorn.failure() != null) {
      throw found("kernel: " + popcorn.failure());
    }
  }

  private CommandException found(String what) {
    return CommandException.answerIsNo(
        String.format(
            Locale.ROOT,
            "check: %s; found at %.6f ms, after %d steps, with seed %d",
            what,
            queue.nowNanos() / NANOS_PER_MILLI,
            queue.stepsRun(),
            request.seed()));
  }

  // ---- What came out.

  /** Simulated nanoseconds until the last thread ended, or the program left the others behind. */
  public long simulatedNanos() {
    return run.endNanos();
  }

  /** Operations that went on before their turn in the recorded order, as nothing else could. */
  public long brokenOrders() {
    return run.brokenOrders();
  }

  /** Steps of the simulation. */
  public long steps() {
    return queue.stepsRun();
  }

  /** Reads and writes of the program that were executed. */
  public long accesses() {
    long sum = 0;
    for (int t = 0; t < threads; t++) {
      sum += run.thread(t) == null ? 0 : run.thread(t).accesses();
    }
    return sum;
  }

  /** Instructions of the program that were executed. */
  public long instructions() {
    long sum = 0;
    for (int t = 0; t < threads; t++) {
      sum += run.thread(t) == null ? 0 : run.thread(t).instructions();
    }
    return sum;
  }

  private long records() {
    long sum = 0;
    for (int t = 0; t < threads; t++) {
      sum += run.thread(t) == null ? 0 : run.thread(t).records();
    }
    return sum;
  }

  /** Messages by direction and type. */
  public Traffic traffic() {
    return tally.traffic();
  }

  /** Faults of a kind. */
  public long faults(FaultKind kind) {
    return tally.faults(kind);
  }

  /** RETRY results of all faults. */
  public long retries() {
    return tally.retries();
  }

  /** Migrations, forward and back. */
  public long migrations() {
    return tally.migrations();
  }

  /** A thread, or null where it was never created. */
  public ReplayThread threadNumber(int number) {
    return run.thread(number);
  }

  /** The last event that a thread has come to, in the recorded order; -1 before the first. */
  long recordedTime(int number) {
    ReplayThread t = run.thread(number);
    return t == null ? -1 : t.lastSequence();
  }

  /** Threads of the trace. */
  public int threads() {
    return threads;
  }

  /** The node that the placement gave to a thread at its start. */
  public int startNode(int thread) {
    return placement.startNode(thread);
  }

  /** The name of the placement. */
  public String placementName() {
    return placement.name();
  }

  /** Cores of a node; 0 = one for each thread. */
  public int cores(int node) {
    return coresOf[node];
  }

  /** How fast a node's processors are; 1 = as the profile's costs say. */
  public double speed(int node) {
    return request.profile().shapes().speed(node);
  }

  /** How often a sender had to wait for room in a send queue or for a descriptor. */
  public long blockedSends() {
    return network.blockedSends();
  }

  /** Kernel work on a node in nanoseconds. */
  public long kernelNanos(int node) {
    return cores[node].kernelNanos();
  }

  /** Nanoseconds of an instruction. */
  public double instructionNanos() {
    return instructionNanos;
  }

  /** Whether that comes from the recording. */
  public boolean isCalibrated() {
    return calibrated;
  }

  /** Defects of the kernel after which it went on (popcorn-protocol §10.1): how often, by code. */
  public SortedMap<String, Long> kernelDefects() {
    TreeMap<String, Long> defects = new TreeMap<>(tally.defects());
    long leaked = 0;
    for (int node = 0; node < request.nodes(); node++) {
      leaked += popcorn.stat(node).framesLeaked();
    }
    if (leaked > 0) {
      defects.put("K17", leaked);
    }
    return defects;
  }

  /** The kernel's counters of a node. */
  public PopcornStat stat(int node) {
    return popcorn.stat(node);
  }

  /** System calls on descriptors at a remote, which Popcorn fails. */
  public long descriptorCallsAtRemotes() {
    return run.descriptorCallsAtRemotes();
  }

  /** Threads that had not ended when the program did. */
  public int threadsLeft() {
    return run.live();
  }

  /** What it was asked for. */
  public RunRequest request() {
    return request;
  }

  TraceReader trace() {
    return trace;
  }

  /** The trace's content hash; with what has pages of its own, since that is another program. */
  String traceHash() {
    StringBuilder hash = new StringBuilder(trace.traceHash());
    padding.targets().forEach(target -> hash.append("+pad=").append(target.text()));
    return hash.toString();
  }

  Padding padding() {
    return padding;
  }

  RunContext context() {
    return run;
  }

  Popcorn popcorn() {
    return popcorn;
  }

  ProtocolTally tally() {
    return tally;
  }

  long nowNanos() {
    return queue.nowNanos();
  }

  /** How a failed operation is called. */
  static String outcome(int result) {
    return Outcome.name(result);
  }
}
