package org.popcornreplay.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import org.popcornreplay.protocol.FaultKind;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.replay.thread.ReplayThread;
import org.popcornreplay.replay.thread.ThreadState;
import org.popcornreplay.traces.cli.ProjectVersion;

/** The summary of a run, for people and for scripts. */
final class RunReport {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int THREADS_SHOWN = 40;

  private final Replay run;
  private final Long runId;
  private final Long baselineNanos; // null = not known
  private final OrderComparison orders;
  private final long wallMillis;
  private PadComparison comparison;
  private PlacementSearch search;

  RunReport(Replay run, Long runId, Long baselineNanos, OrderComparison orders, long wallMillis) {
    this.run = run;
    this.runId = runId;
    this.baselineNanos = baselineNanos;
    this.orders = orders;
    this.wallMillis = wallMillis;
  }

  /** Says too what pages of their own have done for some objects; null = nothing was asked. */
  RunReport compared(PadComparison with) {
    comparison = with;
    return this;
  }

  /** Says too which placements were tried; null = none. */
  RunReport chosenBy(PlacementSearch with) {
    search = with;
    return this;
  }

  /** Baseline over simulated time; 1 where neither takes any, null without a baseline. */
  static Double speedup(Long baselineNanos, long simulatedNanos) {
    if (baselineNanos == null) {
      return null;
    }
    return simulatedNanos == 0 ? 1.0 : (double) baselineNanos / simulatedNanos;
  }

  String json() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("run_id", runId);
    root.put("nodes", run.request().nodes());
    root.put("cores", run.cores(0));
    if (!run.request().profile().shapes().isEmpty()) {
      ArrayNode shapes = root.putArray("unequal_nodes");
      for (int n = 0; n < run.request().nodes(); n++) {
        shapes.addObject().put("node", n).put("cores", run.cores(n)).put("speed", run.speed(n));
      }
    }
    root.put("seed", run.request().seed());
    root.put("trace_hash", run.traceHash());
    root.put("program", run.trace().manifest().program());
    root.put("model_version", ProjectVersion.text());
    root.put("profile", run.request().profile().name());
    root.put("profile_unverified_values", run.request().profile().unverifiedValues());
    root.put("placement", run.placementName());
    root.put("transport", run.request().transport());
    root.put("order", run.request().recordedOrder() ? "recorded" : "elastic");
    root.put("page_bytes", run.request().pageBytes());
    root.put("options", run.request().options().toString());
    root.put("instruction_ns", run.instructionNanos());
    root.put("instruction_ns_from", run.isCalibrated() ? "trace" : "profile");
    root.put("simulated_ns", run.simulatedNanos());
    root.put("baseline_ns", baselineNanos);
    root.put("speedup", speedup(baselineNanos, run.simulatedNanos()));
    if (orders != null) {
      orders.json(root);
    }
    root.put("accesses", run.accesses());
    root.put("instructions", run.instructions());
    root.put("events", run.steps());
    root.put("wall_ms", wallMillis);
    ObjectNode messages = root.putObject("messages");
    Traffic traffic = run.traffic();
    int nodes = run.request().nodes();
    for (int from = 0; from < nodes; from++) {
      for (int to = 0; to < nodes; to++) {
        if (!traffic.any(from, to)) {
          continue;
        }
        ObjectNode link = messages.putObject(from + ">" + to);
        for (MessageType type : MessageType.values()) {
          if (traffic.count(from, to, type) > 0) {
            link.putArray(type.name())
                .add(traffic.count(from, to, type))
                .add(traffic.bytes(from, to, type));
          }
        }
      }
    }
    root.put("message_count", traffic.messages());
    root.put("message_bytes", traffic.bytes());
    ObjectNode faults = root.putObject("faults");
    faults.put("read", run.faults(FaultKind.READ));
    faults.put("write", run.faults(FaultKind.WRITE));
    faults.put("upgrade", run.faults(FaultKind.UPGRADE));
    faults.put("retries", run.retries());
    root.put("migrations", run.migrations());
    if (run.impasse() != null) {
      root.put("impasse", run.impasse());
    }
    ObjectNode defects = root.putObject("kernel_defects");
    run.kernelDefects().forEach(defects::put);
    root.put("blocked_sends", run.blockedSends());
    root.put("threads_left", run.threadsLeft());
    root.put("descriptor_calls_at_remotes", run.descriptorCallsAtRemotes());
    if (comparison != null) {
      comparison.json(root, run);
    }
    if (search != null) {
      search.json(root);
    }
    ArrayNode threads = root.putArray("threads");
    for (int i = 0; i < run.threads(); i++) {
      ReplayThread t = run.threadNumber(i);
      if (t == null || !t.hasStarted()) {
        continue;
      }
      ObjectNode one = threads.addObject();
      one.put("thread", i);
      one.put("node", run.startNode(i));
      one.put("start_ns", t.startNanos());
      one.put("end_ns", t.endNanos());
      for (ThreadState state : ThreadState.values()) {
        one.put(state.text().replace('-', '_') + "_ns", t.nanosIn(state));
      }
      one.put("instructions", t.instructions());
      one.put("accesses", t.accesses());
      one.put("migrations", t.migrations());
    }
    try {
      return new ObjectMapper().writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // a tree of plain values can always be written
    }
  }

  String text() {
    StringBuilder text = new StringBuilder();
    var profile = run.request().profile();
    // The name comes from the trace: what it holds must not reach a terminal as commands.
    line(text, "program", run.trace().manifest().program().replaceAll("\\p{Cntrl}", "?"));
    line(
        text,
        "cluster",
        String.format(
            Locale.ROOT,
            "%d nodes of %s, placement %s, profile %s, %s, pages of %d bytes, order %s, seed %d",
            run.request().nodes(),
            cores(),
            run.placementName(),
            profile.name(),
            run.request().transport(),
            run.request().pageBytes(),
            order(),
            run.request().seed()));
    line(text, "time", time());
    if (orders != null) {
      line(text, "order", orders.text());
    }
    if (search != null) {
      line(text, "chosen", search.text());
    }
    line(
        text,
        "faults",
        String.format(
            Locale.ROOT,
            "%d read, %d write, %d upgrade, %d retries",
            run.faults(FaultKind.READ),
            run.faults(FaultKind.WRITE),
            run.faults(FaultKind.UPGRADE),
            run.retries()));
    line(
        text,
        "messages",
        String.format(
            Locale.ROOT,
            "%d, %d bytes; %d migrations",
            run.traffic().messages(),
            run.traffic().bytes(),
            run.migrations()));
    for (MessageType type : MessageType.values()) {
      long count = 0;
      long bytes = 0;
      int nodes = run.request().nodes();
      for (int from = 0; from < nodes; from++) {
        for (int to = 0; to < nodes; to++) {
          count += run.traffic().count(from, to, type);
          bytes += run.traffic().bytes(from, to, type);
        }
      }
      if (count > 0) {
        text.append(String.format(Locale.ROOT, "  %-28s %12d %16d B%n", type.name(), count, bytes));
      }
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%-7s %-5s %12s %12s %12s %12s %12s %12s  (ms)%n",
            "thread",
            "node",
            "compute",
            "fault",
            "futex",
            "vma",
            "migration",
            "run-queue"));
    int shown = 0;
    for (int i = 0; i < run.threads() && shown < THREADS_SHOWN; i++) {
      ReplayThread t = run.threadNumber(i);
      if (t == null || !t.hasStarted()) {
        continue;
      }
      shown++;
      text.append(
          String.format(
              Locale.ROOT,
              "%-7d %-5d %12.3f %12.3f %12.3f %12.3f %12.3f %12.3f%n",
              i,
              run.startNode(i),
              t.nanosIn(ThreadState.COMPUTE) / NANOS_PER_MILLI,
              t.nanosIn(ThreadState.FAULT) / NANOS_PER_MILLI,
              t.nanosIn(ThreadState.FUTEX) / NANOS_PER_MILLI,
              t.nanosIn(ThreadState.VMA) / NANOS_PER_MILLI,
              t.nanosIn(ThreadState.MIGRATION) / NANOS_PER_MILLI,
              t.nanosIn(ThreadState.RUN_QUEUE) / NANOS_PER_MILLI));
    }
    if (run.threads() > shown) {
      text.append(String.format(Locale.ROOT, "… %d threads more%n", run.threads() - shown));
    }
    if (comparison != null) {
      text.append(comparison.text(run));
    }
    notes(text, profile.unverifiedValues());
    return text.toString();
  }

  private String time() {
    double millis = run.simulatedNanos() / NANOS_PER_MILLI;
    if (baselineNanos == null) {
      return String.format(Locale.ROOT, "%.3f ms simulated", millis);
    }
    return String.format(
        Locale.ROOT,
        "%.3f ms simulated; %.3f ms with all threads at the origin; speedup %.2f",
        millis,
        baselineNanos / NANOS_PER_MILLI,
        speedup(baselineNanos, run.simulatedNanos()));
  }

  private String order() {
    if (orders != null) {
      return "elastic (and recorded)";
    }
    return run.request().recordedOrder() ? "recorded" : "elastic";
  }

  private String cores() {
    int cores = run.cores(0);
    for (int n = 1; n < run.request().nodes(); n++) {
      if (run.cores(n) != cores) {
        return "unequal cores";
      }
    }
    return cores == 0 ? "a core per thread" : cores + " cores";
  }

  private void notes(StringBuilder text, int unverified) {
    text.append(
        String.format(
            Locale.ROOT,
            "note: an instruction takes %.4f ns, from the %s%n",
            run.instructionNanos(),
            run.isCalibrated() ? "recording's own processor time" : "profile"));
    if (unverified > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "note: %d values of profile %s are from memory, unverified (popcorn-replay profiles %s)%n",
              unverified,
              run.request().profile().name(),
              run.request().profile().name()));
    }
    if (!profileShapes().isEmpty()) {
      text.append(String.format(Locale.ROOT, "note: unequal nodes: %s%n", profileShapes()));
    }
    if (run.blockedSends() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "note: %d messages had to wait for room in a send queue or for a descriptor%n",
              run.blockedSends()));
    }
    if (run.descriptorCallsAtRemotes() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "note: %d system calls on descriptors were made at a remote, where Popcorn fails them"
                  + " (-EBADF)%n",
              run.descriptorCallsAtRemotes()));
    }
    if (run.brokenOrders() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "note: %d operations came before their turn in the recorded order, as all threads"
                  + " waited%n",
              run.brokenOrders()));
    }
    for (Map.Entry<String, Long> defect : run.kernelDefects().entrySet()) {
      text.append(
          String.format(
              Locale.ROOT,
              "note: kernel defect %s shows, count=%d (docs/protocol.md says what it does)%n",
              defect.getKey(),
              defect.getValue()));
    }
    if (run.threadsLeft() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "note: %d threads had not ended when the program did; on Popcorn the process would"
                  + " wait for those that are away%n",
              run.threadsLeft()));
    }
  }

  private String profileShapes() {
    return run.request().profile().shapes().toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "%-9s %s%n", name, value));
  }
}
