package org.popcornreplay.replay.store;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.duckdb.DuckDBConnection;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Inserts row batches into DuckDB on a thread of its own, one insert at a time, in the order in
 * which they were handed over. At most one insert is outstanding, which bounds the memory.
 */
final class Inserter implements AutoCloseable {
  private final DuckDBConnection connection;
  private final BufferAllocator allocator = new RootAllocator();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread worker = new Thread(task, "run-store");
            worker.setDaemon(true);
            return worker;
          });
  private Future<?> outstanding;

  Inserter(DuckDBConnection connection) {
    this.connection = connection;
  }

  /** Begins an insert whose rows are the stream {@code incoming}; waits for the one before. */
  void insert(
      String statement, Column[] columns, List<RowBatch> batches, List<List<String>> dictionaries) {
    await();
    outstanding =
        thread.submit(
            () -> {
              execute(statement, columns, batches, dictionaries);
              return null;
            });
  }

  private void execute(
      String insert, Column[] columns, List<RowBatch> batches, List<List<String>> dictionaries)
      throws SQLException {
    try (BatchStream batchStream = new BatchStream(allocator, columns, batches, dictionaries);
        ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
        Statement statement = connection.createStatement()) {
      Data.exportArrayStream(allocator, batchStream, stream);
      connection.registerArrowStream("incoming", stream);
      statement.execute(insert);
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns when all rows are inserted; throws what went wrong with them. */
  void await() {
    Future<?> insert = outstanding;
    outstanding = null;
    if (insert == null) {
      return;
    }
    try {
      insert.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandException.badInput("run store: interrupted while writing", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException sql) {
        throw failed(sql);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** One line for rows that DuckDB could not take, such as a full disk. */
  static CommandException failed(SQLException e) {
    String text = String.valueOf(e.getMessage());
    int end = text.indexOf('\n');
    return CommandException.badInput(
        "run store: cannot write: " + (end < 0 ? text : text.substring(0, end)), e);
  }

  /** Lets the thread end after what it is doing, and gives the memory back. */
  @Override
  public void close() {
    Future<?> insert = outstanding;
    outstanding = null;
    thread.shutdown();
    if (insert != null) {
      try {
        insert.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException e) {
        // The run is being abandoned; what became of its last rows does not matter.
      }
    }
    allocator.close();
  }
}
