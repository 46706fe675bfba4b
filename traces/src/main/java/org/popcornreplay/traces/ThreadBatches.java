package org.popcornreplay.traces;

import java.util.List;
import org.popcornreplay.traces.arrow.BatchPlace;
import org.popcornreplay.traces.arrow.ColumnBatch;
import org.popcornreplay.traces.arrow.StreamFile;
import org.popcornreplay.traces.cli.CommandException;

/** One thread's batches of one table, one at a time in memory. */
final class ThreadBatches implements RowSource {
  private final StreamFile stream;
  private final List<BatchPlace> places;
  private final ColumnBatch batch;
  private final String file;
  private final int thread;
  private final int orderColumn;
  private int next;
  private final String orderName;
  private long last;

  /**
   * The batches of a thread.
   *
   * @param stream null where the trace has no such table
   * @param plain whether the second column is what the rows are ordered by; else it is known when
   *     they are unpacked
   * @param batch what batches are read into
   */
  ThreadBatches(
      String file,
      StreamFile stream,
      TraceTable table,
      boolean plain,
      int thread,
      List<BatchPlace> places,
      ColumnBatch batch) {
    this.file = file;
    this.stream = stream;
    this.places = places;
    this.thread = thread;
    this.batch = batch;
    orderColumn = plain ? 1 : -1;
    orderName = table == TraceTable.VISITS ? "start" : "instructions";
  }

  @Override
  public boolean load() {
    while (next < places.size()) {
      stream.read(places.get(next), batch);
      next++;
      if (batch.rows() > 0) {
        checkThread();
        if (orderColumn >= 0) {
          checkOrder(batch.longs(orderColumn));
        }
        return true;
      }
    }
    return false;
  }

  @Override
  public ColumnBatch batch() {
    return batch;
  }

  /** What the batch's delta columns begin from. */
  long base() {
    return places.get(next - 1).base();
  }

  private void checkThread() {
    int[] threads = batch.ints(0);
    for (int i = 0; i < batch.rows(); i++) {
      if (threads[i] != thread) {
        throw fault(i, "thread=" + threads[i] + ", expected " + thread);
      }
    }
  }

  /** The values do not fall, within the batch and since the batch before. */
  void checkOrder(long[] order) {
    for (int i = 0; i < batch.rows(); i++) {
      checkNext(i, order[i]);
    }
  }

  /** A row's value does not fall below those before it. */
  void checkNext(int row, long value) {
    if (value < last) {
      throw fault(row, orderName + "=" + value + ", expected " + last + " or more");
    }
    if (value > TraceReader.MAX_INSTRUCTIONS) {
      throw fault(
          row, orderName + "=" + value + ", expected at most " + TraceReader.MAX_INSTRUCTIONS);
    }
    last = value;
  }

  CommandException fault(int row, String what) {
    return CommandException.badInput(
        file + ": thread " + thread + " batch " + (next - 1) + " row " + row + ": " + what);
  }
}
