package org.popcornreplay.replay;

import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.popcornreplay.protocol.FaultKind;
import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.Observer;
import org.popcornreplay.protocol.Outcome;
import org.popcornreplay.replay.thread.PageScale;
import org.popcornreplay.replay.thread.ReplayThread;
import org.popcornreplay.replay.thread.RunContext;
import org.popcornreplay.replay.time.EventQueue;

/** Hears the protocol, counts, and tells the run's listener in its own words. */
@SuppressWarnings("EnumOrdinal") // arrays by the position of a constant within one run
final class ProtocolTally implements Observer {
  private static final String[] KINDS = new String[FaultKind.values().length];

  static {
    for (FaultKind kind : FaultKind.values()) {
      KINDS[kind.ordinal()] = kind.name().toLowerCase(Locale.ROOT);
    }
  }

  private final EventQueue queue;
  private final RunListener listener;
  private final PageScale scale;
  private final Traffic traffic;
  private final long[] faultStart;
  private final long[] operationStart;
  private final long[] migrationStart;
  private final int[] wokenBy;
  private final long[] wakeCalled;
  private final long[] faults = new long[KINDS.length];
  private long retries;
  private long migrations;
  private RunContext run;
  private Observer watch = Observer.NONE;
  private String failure;

  /** Defects of the kernel after which it went on, by code: how often. */
  private final TreeMap<String, Long> defects = new TreeMap<>();

  ProtocolTally(EventQueue queue, RunListener listener, int nodes, int threads, PageScale scale) {
    this.queue = queue;
    this.listener = listener;
    this.scale = scale;
    traffic = new Traffic(nodes);
    faultStart = new long[threads];
    operationStart = new long[threads];
    migrationStart = new long[threads];
    wokenBy = new int[threads];
    wakeCalled = new long[threads];
  }

  void attach(RunContext context) {
    run = context;
  }

  /** Tells another observer too what it wants to know of pages, messages and VMA operations. */
  void alsoTell(Observer other) {
    watch = other;
  }

  Traffic traffic() {
    return traffic;
  }

  long faults(FaultKind kind) {
    return faults[kind.ordinal()];
  }

  long retries() {
    return retries;
  }

  long migrations() {
    return migrations;
  }

  /** The first failure of the modelled kernel, or null. */
  String failure() {
    return failure;
  }

  /** Defects of the kernel after which it went on: how often each came, by its code. */
  SortedMap<String, Long> defects() {
    return Collections.unmodifiableSortedMap(defects);
  }

  @Override
  public void messageSent(Message message) {
    watch.messageSent(message);
    traffic.count(message);
  }

  @Override
  public void messageHandled(Message message, int result) {
    watch.messageHandled(message, result);
    listener.message(
        message.sequence(),
        message.type(),
        message.from(),
        message.to(),
        message.bytes(),
        message.sentNanos(),
        message.deliveredNanos(),
        queue.nowNanos(),
        message.thread(),
        scale.recorded(message.page()),
        result);
  }

  @Override
  public void faultBegins(int thread, int node, long page, FaultKind kind) {
    faultStart[thread] = queue.nowNanos();
  }

  @Override
  public void faultEnds(
      int thread, int node, long page, FaultKind kind, int retriesOnTheWay, int result) {
    faults[kind.ordinal()]++;
    retries += retriesOnTheWay;
    ReplayThread t = run.thread(thread);
    long address = scale.address(page);
    long ip = 0;
    if (t != null) {
      if (scale.pageOf(t.currentAddress()) == page) {
        address = t.currentAddress();
      }
      ip = t.currentIp();
    }
    listener.fault(
        thread,
        node,
        scale.recorded(page),
        address,
        ip,
        KINDS[kind.ordinal()],
        faultStart[thread],
        queue.nowNanos(),
        retriesOnTheWay,
        name(result));
  }

  @Override
  public void migrationBegins(int thread, int fromNode, int toNode) {
    migrationStart[thread] = queue.nowNanos();
  }

  @Override
  public void migrationEnds(int thread, int fromNode, int toNode) {
    migrations++;
    listener.migration(
        thread,
        fromNode,
        toNode,
        toNode == 0 ? "back" : "forward",
        migrationStart[thread],
        queue.nowNanos());
  }

  @Override
  public void vmaOperationBegins(int thread, int node, String operation, long start, long pages) {
    watch.vmaOperationBegins(thread, node, operation, start, pages);
    operationStart[thread] = queue.nowNanos();
  }

  @Override
  public void vmaOperationEnds(
      int thread, int node, String operation, long start, long pages, int result) {
    watch.vmaOperationEnds(thread, node, operation, start, pages, result);
    listener.vmaOperation(
        thread,
        node,
        operation,
        scale.address(start),
        pages << scale.shift(),
        operationStart[thread],
        queue.nowNanos(),
        name(result));
  }

  @Override
  public void futexBegins(int thread, int node, String operation, long address) {
    operationStart[thread] = queue.nowNanos();
    wokenBy[thread] = -1;
  }

  @Override
  public void futexEnds(int thread, int node, String operation, long address, int result) {
    boolean wake = operation.equals("wake");
    listener.futexOperation(
        thread,
        node,
        operation,
        address,
        operationStart[thread],
        queue.nowNanos(),
        wake ? Math.max(0, result) : 0,
        wake && result >= 0 ? "OK" : name(result));
    if (wokenBy[thread] >= 0) {
      listener.wake(thread, wokenBy[thread], "futex", wakeCalled[thread], queue.nowNanos());
      wokenBy[thread] = -1;
    }
  }

  /** The name of a result; the usual one without a search. */
  private static String name(int result) {
    return result == Outcome.OK ? "OK" : Outcome.name(result);
  }

  @Override
  public void futexWakes(int thread, int byThread, long address) {
    wokenBy[thread] = byThread;
    wakeCalled[thread] = queue.nowNanos();
  }

  @Override
  public void pageChanged(int node, long page) {
    watch.pageChanged(node, page);
  }

  @Override
  public void rightLost(int node, long page) {
    run.rightLost(node, page);
  }

  @Override
  public void threadExits(int thread, int node) {
    run.threadExits(thread);
  }

  @Override
  public void kernelFails(int node, int thread, String code, int result, String state) {
    if (result == Outcome.OK) {
      defects.merge(code, 1L, Long::sum);
    } else if (failure == null) {
      failure =
          (code.isEmpty() ? "" : code + ": ")
              + Outcome.name(result)
              + " on node "
              + node
              + ", thread "
              + thread
              + ": "
              + state;
    }
  }
}
