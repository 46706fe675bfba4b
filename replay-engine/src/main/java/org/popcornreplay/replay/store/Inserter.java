package org.popcornreplay.replay.store;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.duckdb.DuckDBConnection;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Inserts row batches into DuckDB on a thread of its own, one insert at a time, in the order in
 * which they were handed over. The memory of those that wait is bounded.
 */
final class Inserter implements AutoCloseable {
  /** Two or three inserts of the largest table, so that none waits for another's rows. */
  private static final long WAITING_LIMIT_BYTES = 64L << 20;

  /**
   * One thread of DuckDB beside the replay's; more of them wait for each other and for the order of
   * the rows. The row group under way of each of the large tables stays in memory that is not given
   * back, and goes to the file as soon as it is full.
   */
  private static final String SETTINGS =
      "SET threads = 1; SET block_allocator_memory = '32MiB'; SET write_buffer_row_group_count = 1";

  private final DuckDBConnection connection;
  private final WordTypes wordTypes;
  private final BufferAllocator allocator = new RootAllocator();
  private final List<RowBatch> batches = new ArrayList<>();
  private final ArrowBuf allValid;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread worker = new Thread(task, "run-store");
            worker.setDaemon(true);
            return worker;
          });
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean open = true;

  /** An insert that was begun, and who wants its batches back. */
  private record Waiting(Insertion insertion, Future<?> end, Consumer<List<RowBatch>> owner) {}

  Inserter(DuckDBConnection connection) throws SQLException {
    this.connection = connection;
    this.wordTypes = new WordTypes(connection);
    long bytes = (TableWriter.BATCH_ROWS + 7L) / 8;
    this.allValid = allocator.buffer(bytes);
    allValid.setOne(0, bytes);
    try (Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS);
    }
  }

  WordTypes wordTypes() {
    return wordTypes;
  }

  /** Room for rows; it is this inserter's to give back. */
  RowBatch room(List<Column> columns, int rows) {
    RowBatch batch = new RowBatch(allocator, columns, rows);
    batches.add(batch);
    return batch;
  }

  /**
   * Begins an insert.
   *
   * @param owner is given the batches back, within a later call of this class
   */
  void insert(Insertion insertion, Consumer<List<RowBatch>> owner) {
    waitingBytes += insertion.bytes();
    while (!waiting.isEmpty()
        && (waitingBytes > WAITING_LIMIT_BYTES || waiting.peek().end.isDone())) {
      awaitFirst();
    }
    Future<?> end =
        thread.submit(
            () -> {
              execute(insertion);
              return null;
            });
    waiting.add(new Waiting(insertion, end, owner));
  }

  private void execute(Insertion insertion) throws SQLException {
    try (BatchStream batchStream = new BatchStream(allocator, allValid, insertion);
        ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
        Statement statement = connection.createStatement()) {
      Data.exportArrayStream(allocator, batchStream, stream);
      connection.registerArrowStream("incoming", stream);
      statement.execute(insertion.statement());
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns when all rows are inserted; throws what went wrong with them. */
  void await() {
    while (!waiting.isEmpty()) {
      awaitFirst();
    }
  }

  private void awaitFirst() {
    Waiting first = waiting.remove();
    waitingBytes -= first.insertion.bytes();
    try {
      first.end.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandException.badInput("run store: interrupted while writing", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException sql) {
        throw failed(sql);
      }
      throw new IllegalStateException(e.getCause());
    }
    first.owner.accept(first.insertion.batches());
  }

  /** One line for rows that DuckDB could not take, such as a full disk. */
  static CommandException failed(SQLException e) {
    String text = String.valueOf(e.getMessage());
    int end = text.indexOf('\n');
    return CommandException.badInput(
        "run store: cannot write: " + (end < 0 ? text : text.substring(0, end)), e);
  }

  /** Lets the thread end after the insert under way, and gives the memory back. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    waiting.forEach(insert -> insert.end.cancel(false));
    waiting.clear();
    thread.shutdown();
    untilEnded();
    batches.forEach(RowBatch::close);
    allValid.close();
    allocator.close();
  }

  /** DuckDB reads the memory until the thread has ended, whoever interrupts this one. */
  private void untilEnded() {
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
