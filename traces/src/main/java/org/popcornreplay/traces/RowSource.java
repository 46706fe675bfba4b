package org.popcornreplay.traces;

import org.popcornreplay.traces.arrow.ColumnBatch;

/** Gives rows batch by batch; the batch object stays the same, its content changes. */
interface RowSource {
  /** No rows. */
  RowSource EMPTY =
      new RowSource() {
        @Override
        public boolean load() {
          return false;
        }

        @Override
        public ColumnBatch batch() {
          throw new IllegalStateException("no batch was loaded");
        }
      };

  /** Loads the next batch that has rows; false at the end. */
  boolean load();

  ColumnBatch batch();
}
