package org.popcornreplay.replay.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the rows of one table of one run. Rows gather in {@link RowBatch}es; two row groups' worth
 * of them at a time goes to the {@link Inserter}, which hands them to DuckDB while the caller goes
 * on, and gives the batches back.
 */
final class TableWriter {
  /** Rows of a batch; DuckDB puts them together into row groups of twice as many. */
  static final int BATCH_ROWS = 61_440;

  /** Batches an insert: measured, with fewer the statements count, with more the caches. */
  private static final int BATCHES = 4;

  private final Inserter inserter;
  private final List<Column> columns;
  private final String table;
  private final long runId;
  private final WordList[] words;
  private final ArrayDeque<RowBatch> spare = new ArrayDeque<>();
  private List<RowBatch> full = new ArrayList<>();
  private RowBatch batch;
  private long rowsWritten;

  TableWriter(Inserter inserter, long runId, String table, Column... columns) {
    this.inserter = inserter;
    this.table = table;
    this.runId = runId;
    this.words = new WordList[columns.length];
    List<Column> resolved = new ArrayList<>();
    for (int c = 0; c < columns.length; c++) {
      resolved.add(inserter.wordTypes().resolve(table, columns[c]));
      words[c] = columns[c].isOfWords() ? new WordList() : null;
    }
    this.columns = List.copyOf(resolved);
    this.batch = inserter.room(this.columns, BATCH_ROWS);
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
    List<List<String>> known = new ArrayList<>();
    for (WordList list : words) {
      known.add(list == null ? List.of() : List.copyOf(list.words()));
    }
    for (RowBatch rows : full) {
      rowsWritten += rows.rows();
    }
    inserter.insert(new Insertion(table, runId, columns, full, known), this::takeBack);
    full = new ArrayList<>();
  }

  private void takeBack(List<RowBatch> batches) {
    for (RowBatch rows : batches) {
      rows.clear();
      spare.push(rows);
    }
  }

  private RowBatch emptyBatch() {
    RowBatch rows = spare.poll();
    return rows == null ? inserter.room(columns, BATCH_ROWS) : rows;
  }

  @Override
  public String toString() {
    return table;
  }
}
