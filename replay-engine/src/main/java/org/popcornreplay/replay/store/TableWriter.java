package org.popcornreplay.replay.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Writes the rows of one table of one run. Rows gather in primitive arrays; every few row groups'
 * worth of them goes to the {@link Inserter}, which hands them to DuckDB while the caller goes on.
 */
final class TableWriter {
  /** DuckDB's row group, so that whole groups go to disk at once. */
  private static final int BATCH_ROWS = 122_880;

  /**
   * Several batches an insert keep all cores of DuckDB busy; measured best value for the memory.
   */
  private static final int BATCHES = 4;

  private final Inserter inserter;
  private final Column[] columns;
  private final String table;
  private final String insert;
  private final WordList[] words;
  private final ArrayDeque<RowBatch> spare = new ArrayDeque<>();
  private List<RowBatch> full = new ArrayList<>();
  private List<RowBatch> sent = List.of();
  private RowBatch batch;
  private long rowsWritten;

  TableWriter(Inserter inserter, long runId, String table, Column... columns) {
    this.inserter = inserter;
    this.table = table;
    this.columns = columns;
    this.words = new WordList[columns.length];
    this.batch = new RowBatch(columns, BATCH_ROWS);
    StringJoiner names = new StringJoiner(", ");
    StringJoiner values = new StringJoiner(", ");
    for (int c = 0; c < columns.length; c++) {
      names.add(columns[c].name());
      values.add(columns[c].expression());
      if (columns[c].kind() == Column.Kind.WORD) {
        words[c] = new WordList();
      }
    }
    this.insert =
        "INSERT INTO %s (run_id, %s) SELECT %d, %s FROM incoming"
            .formatted(table, names, runId, values);
  }

  /** Next column of the row under way. */
  TableWriter put(long value) {
    batch.put(value);
    return this;
  }

  /** Next column of the row under way. */
  TableWriter put(int value) {
    batch.put(value);
    return this;
  }

  /** Next column of the row under way. */
  TableWriter put(String word) {
    batch.put(words[batch.cursor()].numberOf(word));
    return this;
  }

  /** Ends the row. */
  void endRow() {
    if (batch.endRow()) {
      full.add(batch);
      batch = emptyBatch();
      if (full.size() == BATCHES) {
        send();
      }
    }
  }

  /** Rows that have gone to DuckDB. */
  long rowsWritten() {
    return rowsWritten;
  }

  /** Hands all gathered rows on. */
  void flush() {
    if (batch.rows() > 0) {
      full.add(batch);
      batch = emptyBatch();
    }
    if (!full.isEmpty()) {
      send();
    }
  }

  private void send() {
    List<List<String>> dictionaries = new ArrayList<>();
    for (WordList list : words) {
      dictionaries.add(list == null ? List.of() : List.copyOf(list.words()));
    }
    for (RowBatch rows : full) {
      rowsWritten += rows.rows();
    }
    inserter.insert(insert, columns, full, dictionaries);
    // The insert before has ended, so that its batches can be filled again.
    for (RowBatch rows : sent) {
      rows.clear();
      spare.add(rows);
    }
    sent = full;
    full = new ArrayList<>();
  }

  private RowBatch emptyBatch() {
    RowBatch rows = spare.poll();
    return rows == null ? new RowBatch(columns, BATCH_ROWS) : rows;
  }

  @Override
  public String toString() {
    return table;
  }
}
