package org.popcornreplay.tracer.command;

import java.io.PrintWriter;
import org.popcornreplay.traces.arrow.ColumnBatch;

/** Prints a range of rows, until it ends or nobody reads any more. */
final class RowWindow {
  private final RowText text;
  private final PrintWriter out;
  private long skip;
  private long left;

  RowWindow(long from, long limit, RowText text, PrintWriter out) {
    this.text = text;
    this.out = out;
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
    return left > 0 && !out.checkError(); // the reader of a pipe may have gone
  }
}
