package org.popcornreplay.replay.store;

import java.util.List;
import java.util.StringJoiner;

/**
 * Rows on their way into one table.
 *
 * @param words the words of each column by number; none where it has no words
 */
record Insertion(
    String table,
    long runId,
    List<Column> columns,
    List<RowBatch> batches,
    List<List<String>> words) {

  /** The statement, for rows that come as the stream {@code incoming}. */
  String statement() {
    StringJoiner names = new StringJoiner(", ");
    StringJoiner values = new StringJoiner(", ");
    for (int c = 0; c < columns.size(); c++) {
      Column column = columns.get(c);
      names.add(column.name());
      values.add(column.kind() == Column.Kind.LABEL ? label(c) : column.expression());
    }
    return "INSERT INTO %s (run_id, %s) SELECT %d, %s FROM incoming"
        .formatted(table, names, runId, values);
  }

  /**
   * A label by its place in a list, or itself where all rows have the same. DuckDB would look each
   * string up, row by row, which takes three times as long as the list.
   */
  private String label(int c) {
    Column column = columns.get(c);
    int only = onlyWord(c);
    if (only >= 0) {
      return "CAST(%s AS %s)".formatted(quoted(words.get(c).get(only)), column.type());
    }
    StringJoiner list = new StringJoiner(", ", "[", "]");
    for (String word : words.get(c)) {
      list.add(quoted(word));
    }
    return "(CAST(%s AS %s[]))[%s + 1]".formatted(list, column.type(), column.name());
  }

  private int onlyWord(int c) {
    int only = batches.get(0).onlyWord(c);
    for (int b = 1; b < batches.size() && only >= 0; b++) {
      if (batches.get(b).onlyWord(c) != only) {
        return -1;
      }
    }
    return only;
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "''") + "'";
  }

  /** Memory that it holds. */
  long bytes() {
    long bytes = 0;
    for (RowBatch batch : batches) {
      bytes += batch.bytes();
    }
    return bytes;
  }
}
