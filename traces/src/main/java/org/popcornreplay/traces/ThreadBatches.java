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
  private long last = Long.MIN_VALUE;

  /**
   * The batches of a thread.
   *
   * @param stream null where the trace has no such table
   */
  ThreadBatches(
      String file, StreamFile stream, TraceTable table, int thread, List<BatchPlace> places) {
    this.file = file;
    this.stream = stream;
    this.places = places;
    this.thread = thread;
    batch = new ColumnBatch(table.columns());
    orderColumn = 1; // start of visits, instructions of accesses and events
  }

  @Override
  public boolean load() {
    while (next < places.size()) {
      stream.read(places.get(next), batch);
      next++;
      if (batch.rows() > 0) {
        checkThreadAndOrder();
        return true;
      }
    }
    return false;
  }

  @Override
  public ColumnBatch batch() {
    return batch;
  }

  private void checkThreadAndOrder() {
    int[] threads = batch.ints(0);
    long[] order = batch.longs(orderColumn);
    for (int i = 0; i < batch.rows(); i++) {
      if (threads[i] != thread) {
        throw fault(i, "thread=" + threads[i] + ", expected " + thread);
      }
      if (order[i] < last || order[i] < 0) {
        throw fault(
            i,
            batch.columns().get(orderColumn).name()
                + "="
                + order[i]
                + ", expected "
                + Math.max(0, last)
                + " or more");
      }
      last = order[i];
    }
  }

  private CommandException fault(int row, String what) {
    return CommandException.badInput(
        file + ": thread " + thread + " batch " + (next - 1) + " row " + row + ": " + what);
  }
}
