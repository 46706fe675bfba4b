package org.popcornreplay.replay.store;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.duckdb.DuckDBConnection;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.replay.RunListener;
import org.popcornreplay.replay.heap.HeapHistory;
import org.popcornreplay.replay.sharing.PageLedger;
import org.popcornreplay.replay.sharing.PageRecord;

/**
 * Writes one run into the store, in one transaction: everything that the replay tells while it
 * runs; then, before {@link #finish}, the caller describes nodes, threads, regions, objects and
 * code. Counts by type, by page and by thread are kept here, so they agree with the rows.
 */
public final class StoreListener implements RunListener, AutoCloseable {

  private final DuckDBConnection connection;
  private final Inserter inserter;
  private final RunTables tables;
  private final long runId;
  private final RecordLevel level;
  private final boolean keepsFaults;
  private final boolean keepsMessages;
  private final SystemCallNames systemCalls = new SystemCallNames();
  private final PageLedger ledger = new PageLedger();
  private final TrafficTally traffic = new TrafficTally();
  private final CriticalPath criticalPath = new CriticalPath();
  private final Regions regions = new Regions();
  private final ObjectTally objects = new ObjectTally();
  private final List<ThreadTally> tallies = new ArrayList<>();
  private final List<NodeTally> nodes = new ArrayList<>();
  private boolean open = true;
  private long nextFault;
  private final RunCounts counts = new RunCounts();
  private int lastThread = RunTables.NONE;
  private long lastEndNanos = Long.MIN_VALUE;

  StoreListener(DuckDBConnection connection, long runId, RecordLevel level) throws SQLException {
    this.connection = connection;
    this.runId = runId;
    this.level = level;
    this.keepsFaults = level.includes(RecordLevel.FAULTS);
    this.keepsMessages = level.includes(RecordLevel.MESSAGES);
    this.inserter = new Inserter(connection);
    this.tables = new RunTables(inserter, runId);
  }

  /** The number that the run will have. */
  public long runId() {
    return runId;
  }

  /** Rows that have gone to DuckDB so far. */
  public long rowsWritten() {
    return tables.rowsWritten();
  }

  boolean isOpen() {
    return open;
  }

  @Override
  public boolean wantsVisits() {
    return true;
  }

  @Override
  public void visit(
      int thread, int node, long page, int reads, int writes, long readLines, long writeLines) {
    ledger.visit(thread, node, page, reads, writes, readLines, writeLines);
  }

  @Override
  public void message(
      long sequence,
      MessageType type,
      int from,
      int to,
      int bytes,
      long sentNanos,
      long deliveredNanos,
      long handledNanos,
      int thread,
      long page,
      int result) {
    traffic.add(type, from, to, bytes);
    node(from).sends(bytes);
    node(to).receives(bytes);
    if (page >= 0) {
      boolean response =
          type == MessageType.REMOTE_PAGE_RESPONSE
              || type == MessageType.REMOTE_PAGE_RESPONSE_SHORT;
      if (response && result == 0) { // with RDMA the content went before the short response
        ledger.transfer(page);
      } else if (type == MessageType.PAGE_INVALIDATE_REQUEST) {
        ledger.invalidation(page);
      }
    }
    if (keepsMessages) {
      tables
          .messages
          .put(sequence)
          .put(type.name())
          .put(from)
          .put(to)
          .put((long) bytes)
          .put(sentNanos)
          .put(deliveredNanos)
          .put(handledNanos)
          .put(thread)
          .put(page)
          .put(result);
      tables.messages.endRow();
    }
  }

  @Override
  public void fault(
      int thread,
      int node,
      long page,
      long address,
      long ip,
      String kind,
      long startNanos,
      long endNanos,
      int retries,
      String result) {
    boolean write = !kind.equals("read");
    ledger.fault(thread, node, page, write, endNanos - startNanos, retries);
    tally(thread).faults++;
    objects.fault(thread, address, endNanos - startNanos);
    counts.fault(kind, retries);
    if (keepsFaults) {
      tables
          .faults
          .put(nextFault++)
          .put(thread)
          .put(node)
          .put(page)
          .put(address)
          .put(ip)
          .put(kind)
          .put(startNanos)
          .put(endNanos)
          .put(retries)
          .put(result);
      tables.faults.endRow();
    }
  }

  @Override
  public void migration(
      int thread, int fromNode, int toNode, String kind, long startNanos, long endNanos) {
    counts.migrations++;
    tally(thread).migrations++;
    if (keepsFaults) {
      tables
          .migrations
          .put(thread)
          .put(fromNode)
          .put(toNode)
          .put(kind)
          .put(startNanos)
          .put(endNanos);
      tables.migrations.endRow();
    }
  }

  @Override
  public void vmaOperation(
      int thread,
      int node,
      String operation,
      long address,
      long lengthBytes,
      long startNanos,
      long endNanos,
      String result) {
    if (keepsFaults) {
      tables
          .vmaOps
          .put(thread)
          .put(node)
          .put(operation)
          .put(address)
          .put(lengthBytes)
          .put(startNanos)
          .put(endNanos)
          .put(result);
      tables.vmaOps.endRow();
    }
  }

  @Override
  public void futexOperation(
      int thread,
      int node,
      String operation,
      long address,
      long startNanos,
      long endNanos,
      int woken,
      String result) {
    if (keepsFaults) {
      tables
          .futexOps
          .put(thread)
          .put(node)
          .put(operation)
          .put(address)
          .put(startNanos)
          .put(endNanos)
          .put(woken)
          .put(result);
      tables.futexOps.endRow();
    }
  }

  @Override
  public void synchronisation(
      int thread,
      int node,
      String operation,
      long object,
      long ip,
      long startNanos,
      long endNanos) {
    objects.synchronisation(thread, object);
    if (keepsFaults) {
      tables
          .syncOps
          .put(thread)
          .put(node)
          .put(operation)
          .put(object)
          .put(ip)
          .put(startNanos)
          .put(endNanos);
      tables.syncOps.endRow();
    }
  }

  @Override
  public void wake(int thread, int byThread, String reason, long calledNanos, long wokenNanos) {
    if (keepsFaults) {
      criticalPath.wake(thread, byThread, reason, calledNanos, wokenNanos);
      tables.wakes.put(thread).put(byThread).put(reason).put(calledNanos).put(wokenNanos);
      tables.wakes.endRow();
    }
  }

  @Override
  public void systemCall(
      int thread, int node, int number, long startNanos, long endNanos, long result) {
    if (keepsFaults) {
      tables
          .syscalls
          .put(thread)
          .put(node)
          .put(number)
          .put(systemCalls.name(number))
          .put(startNanos)
          .put(endNanos)
          .put(result);
      tables.syscalls.endRow();
    }
  }

  @Override
  public void interval(int thread, int node, String state, long startNanos, long endNanos) {
    tally(thread).nanos[ThreadTally.stateNumber(state)] += endNanos - startNanos;
    if (keepsFaults) {
      tables.intervals.put(thread).put(node).put(state).put(startNanos).put(endNanos);
      tables.intervals.endRow();
    }
  }

  /**
   * Describes a node; traffic is known already.
   *
   * @param busyNanos time in which its cores ran threads, summed over cores
   * @param kernelNanos time in which they did protocol work
   * @param handleActions how often each of the 64 fault-handle actions was looked up
   *     (CONFIG_POPCORN_STAT)
   */
  public void describeNode(
      int node,
      int cores,
      long busyNanos,
      long kernelNanos,
      long rdmaBytesWritten,
      long[] handleActions) {
    node(node).describe(cores, busyNanos, kernelNanos, rdmaBytesWritten, handleActions);
  }

  /**
   * Describes a thread; times by state, faults and migrations are known already.
   *
   * @param parent the thread that created it, or -1
   * @param node where it was placed
   */
  public void describeThread(
      int thread,
      String name,
      int parent,
      int node,
      long instructions,
      long accesses,
      long startNanos,
      long endNanos) {
    ThreadTally tally = tally(thread);
    tables
        .threads
        .put(thread)
        .put(name)
        .put(parent)
        .put(node)
        .put(instructions)
        .put(accesses)
        .put(startNanos)
        .put(endNanos);
    for (long nanos : tally.nanos) {
      tables.threads.put(nanos);
    }
    tables.threads.put(tally.faults).put(tally.migrations);
    tables.threads.endRow();
    if (endNanos > lastEndNanos) {
      lastEndNanos = endNanos;
      lastThread = thread;
    }
  }

  /** Names a range of the address space: {@code heap}, {@code stack 3}, a file name. */
  public void describeRegion(String name, long start, long lengthBytes) {
    regions.add(name, start, lengthBytes);
  }

  /**
   * Heap blocks are those of this history. To be called before the run.
   *
   * @param sequenceOfThread the last event of a thread in the recorded order that the run has come
   *     to
   */
  public void observeHeap(HeapHistory history, IntToLongFunction sequenceOfThread) {
    objects.observe(history, sequenceOfThread);
  }

  /**
   * Describes a variable, or a heap block that no history tells of; one that lies on no page that
   * matters is left out, unless threads synchronised with it.
   *
   * @param kind {@code variable} or {@code heap}
   * @param name the variable, or what to call the block
   * @param thread the thread that allocated it, or -1
   * @param site where it was allocated or declared, {@code file:line}, or empty
   * @param siteIp the code address of the allocation, or 0
   */
  public void describeObject(
      String kind,
      String name,
      long address,
      long sizeBytes,
      int thread,
      String site,
      long siteIp) {
    objects.describe(kind, name, address, sizeBytes, thread, site, siteIp);
  }

  /**
   * Describes a code address, which is kept if it occurs; empty strings and line 0 where something
   * is not known.
   */
  public void describeCode(long ip, String function, String file, int line, String image) {
    tables.code.put(ip).put(function).put(file).put(line).put(image);
    tables.code.endRow();
  }

  /**
   * Completes the run and makes it visible.
   *
   * @return its run_id
   */
  public long finish(RunSummary summary) {
    try {
      writePages(summary.pageBytes);
      writeTraffic();
      writeCriticalPath();
      tables.flush();
      inserter.close();
      RunRows rows = new RunRows(connection, runId);
      rows.nodes(nodes);
      try (Statement statement = connection.createStatement()) {
        statement.execute("RESET threads");
        statement.execute(ObjectNames.forgetObjects(runId, summary.pageBytes));
        statement.execute(ObjectNames.forgetCode(runId));
        statement.execute(ObjectNames.namePages(runId, summary.pageBytes));
        rows.run(summary, level, traffic, counts);
        statement.execute("COMMIT");
      }
      open = false;
      return runId;
    } catch (SQLException e) {
      throw Inserter.failed(e);
    }
  }

  private void writePages(int pageBytes) {
    List<PageRecord> records = ledger.finish();
    objects.write(
        tables.objects, records.stream().mapToLong(record -> record.page).toArray(), pageBytes);
    PageRows.write(records, regions, pageBytes, tables);
  }

  private void writeTraffic() {
    traffic.visit(
        (type, from, to, count, bytes) ->
            tables.traffic.put(type).put(from).put(to).put(count).put(bytes).endRow());
  }

  private void writeCriticalPath() {
    if (!keepsFaults || lastThread == RunTables.NONE) {
      return;
    }
    long step = 0;
    for (CriticalPath.Stretch stretch : criticalPath.from(lastThread, lastEndNanos)) {
      tables
          .criticalPath
          .put(step++)
          .put(stretch.thread())
          .put(stretch.startNanos())
          .put(stretch.endNanos())
          .put(stretch.reason())
          .endRow();
    }
  }

  /** Forgets the run, unless it is finished. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    inserter.close();
    try (Statement statement = connection.createStatement()) {
      statement.execute("ROLLBACK");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private ThreadTally tally(int thread) {
    while (tallies.size() <= thread) {
      tallies.add(new ThreadTally());
    }
    return tallies.get(thread);
  }

  private NodeTally node(int node) {
    while (nodes.size() <= node) {
      nodes.add(new NodeTally());
    }
    return nodes.get(node);
  }
}
