package org.popcornreplay.replay;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.popcornreplay.replay.placement.Partition;
import org.popcornreplay.replay.placement.SharingGraph;
import org.popcornreplay.replay.thread.ReplayThread;
import org.popcornreplay.replay.thread.ThreadState;
import org.popcornreplay.traces.ThreadTable;
import org.popcornreplay.traces.cli.CommandException;

/**
 * {@code --placement auto}: which placement is fastest, as far as some dozen replays tell. Tried
 * are the named ones, partitions of the graph of what threads share over fewer and fewer nodes, and
 * from the best of these on, moves of those threads that wait longest for pages.
 */
final class PlacementSearch {
  /** The name of the placement that is searched. */
  static final String AUTO = "auto";

  private static final int MOST_MOVES = 12;
  private static final int NODES_PER_THREAD = 2;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int SHOWN = 6;

  private final Program program;
  private final RunRequest request;
  private final Function<String, Replay.ProgressListener> progress;
  private final List<Tried> tried = new ArrayList<>();
  private final int threads;
  private Replay bestRun;
  private Tried best;

  /**
   * One that was tried.
   *
   * @param name for people
   * @param placement for the engine
   * @param simulatedNanos how long the program took; -1 where it could not go on
   */
  record Tried(String name, String placement, long simulatedNanos) {}

  PlacementSearch(
      Program program, RunRequest request, Function<String, Replay.ProgressListener> progress) {
    this.program = program;
    this.request = request;
    this.progress = progress;
    threads = Replay.threadCount(program.trace());
  }

  /** The request with the fastest placement that was found. */
  RunRequest search() {
    attempt("origin", "origin");
    if (request.nodes() > 1 && threads > 1) {
      attempt("block", "block");
      attempt("round-robin", "round-robin");
    }
    if (program.trace().manifest().count("migrations") > 0) {
      attempt("trace", "trace");
    }
    if (request.nodes() > 1 && threads > 2) {
      SharingGraph graph = SharingGraph.of(threads, program.padding()::cursor);
      long[] load = load();
      for (int nodes = Math.min(request.nodes(), threads - 1); nodes > 1; nodes /= 2) {
        attempt("least sharing on " + nodes, text(Partition.of(graph, load, nodes)));
      }
      improve(graph);
    }
    if (best == null) {
      throw CommandException.cannotContinue(
          "--placement=auto: none of the placements tried reached the end; see one of them with"
              + " --placement=block");
    }
    return request.placed(Replay.CHOSEN + best.placement());
  }

  private boolean attempt(String name, String placement) {
    for (Tried each : tried) {
      if (each.placement().equals(placement)) {
        return false;
      }
    }
    String full = Character.isDigit(placement.charAt(0)) ? Replay.CHOSEN + placement : placement;
    Replay run =
        new Replay(
            program.trace(),
            program.padding(),
            request.placed(full),
            program.census(),
            new RunListener() {});
    run.onProgress(progress.apply("placement " + name)).execute();
    boolean ended = run.impasse() == null;
    Tried now = new Tried(name, placement, ended ? run.simulatedNanos() : -1);
    tried.add(now);
    if (ended && (best == null || now.simulatedNanos() < best.simulatedNanos())) {
      best = now;
      bestRun = run;
      return true;
    }
    return false;
  }

  /** Moves the thread that waits longest for pages to where most of what it shares is. */
  private void improve(SharingGraph graph) {
    int moves = 0;
    boolean better = true;
    while (better && best != null && !best.placement().startsWith("trace")) {
      better = false;
      int[] nodeOf = new int[threads];
      Arrays.setAll(nodeOf, bestRun::startNode);
      for (int thread : byFaultTime()) {
        int[] nodes = graph.nodesByAffinity(thread, nodeOf, request.nodes());
        for (int n = 0; n < Math.min(NODES_PER_THREAD, nodes.length) && !better; n++) {
          if (moves++ >= MOST_MOVES) {
            return;
          }
          int[] moved = nodeOf.clone();
          moved[thread] = nodes[n];
          better = attempt("thread " + thread + " to " + nodes[n], text(moved));
        }
        if (better) {
          break;
        }
      }
    }
  }

  /** All threads but the main one, those first that waited longest for pages. */
  private int[] byFaultTime() {
    long[] waited = new long[threads];
    for (int t = 0; t < threads; t++) {
      ReplayThread thread = bestRun.threadNumber(t);
      waited[t] = thread == null ? 0 : thread.nanosIn(ThreadState.FAULT);
    }
    int[] order = new int[threads - 1];
    Arrays.setAll(order, t -> t + 1);
    IntArrays.mergeSort(order, (a, b) -> Long.compare(waited[b], waited[a]));
    return order;
  }

  private long[] load() {
    ThreadTable table = program.trace().threads();
    long[] load = new long[threads];
    for (int row = 0; row < table.size(); row++) {
      load[table.thread(row)] = table.instructions(row);
    }
    return load;
  }

  private static String text(int... nodeOf) {
    return Arrays.stream(nodeOf).mapToObj(Integer::toString).collect(Collectors.joining(","));
  }

  /** What was tried, fastest first, on one line. */
  String text() {
    return "of %d tried: %s%s"
        .formatted(
            tried.size(),
            tried.stream()
                .filter(each -> each.simulatedNanos() >= 0)
                .sorted((a, b) -> Long.compare(a.simulatedNanos(), b.simulatedNanos()))
                .limit(SHOWN)
                .map(PlacementSearch::text)
                .collect(Collectors.joining(", ")),
            tried.size() > SHOWN ? ", …" : "");
  }

  private static String text(Tried each) {
    return String.format(
        Locale.ROOT, "%s %.3f ms", each.name(), each.simulatedNanos() / NANOS_PER_MILLI);
  }

  /** What was tried, in that order. */
  void json(ObjectNode root) {
    ArrayNode list = root.putArray("placements_tried");
    for (Tried each : tried) {
      ObjectNode one = list.addObject();
      one.put("name", each.name()).put("placement", each.placement());
      if (each.simulatedNanos() < 0) {
        one.putNull("simulated_ns");
      } else {
        one.put("simulated_ns", each.simulatedNanos());
      }
    }
  }
}
