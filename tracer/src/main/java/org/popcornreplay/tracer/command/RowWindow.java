package org.popcornreplay.tracer.command;

import java.io.PrintWriter;
import org.popcornreplay.traces.arrow.ColumnBatch;

/** Prints a range of rows, until it ends or nobody reads any more. */
final class RowWindow {
  private final RowText text;
  private final PrintWriter out;
  private final PrintWriter end;
  private long skip;
  private long left;

  /**
   * A window.
   *
   * @param out buffers
   * @param end what it writes to, which knows whether that still works
   */
  RowWindow(long from, long limit, RowText text, PrintWriter out, PrintWriter end) {
    this.text = text;
    this.out = out;
    this.end = end;
    skip = from;
    left = limit;
  }

  /** Takes a batch; false when no more rows are wished. */
  boolean take(ColumnBatch batch) {
    int row = (int) Math.min(skip, batch.rows());
    skip -= row;
    while (row < batch.rows() && left > 0) {
      out.print(text.row(batch, row));
      row++;
      left--;
    }
    out.flush();
    return left > 0 && !end.checkError(); // the reader of a pipe may have gone
  }
}
