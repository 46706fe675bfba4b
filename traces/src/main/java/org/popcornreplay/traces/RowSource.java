package org.popcornreplay.traces;

import org.popcornreplay.traces.arrow.ColumnBatch;

/** Gives rows batch by batch; the batch object stays the same, its content changes. */
interface RowSource {
  /** Loads the next batch that has rows; false at the end. */
  boolean load();

  ColumnBatch batch();
}
