package org.popcornreplay.reports.query;

import java.util.List;
import java.util.Locale;

/**
 * The answer to one query.
 *
 * @param name the query's name
 * @param sql the text that ran
 * @param columns column names, which end in their unit ({@code _ns}, {@code bytes}, {@code share})
 * @param cells one array a row: {@code Long}, {@code Double}, {@code String} or null
 */
public record Rows(String name, String sql, List<String> columns, List<Object[]> cells) {
  /** Number of rows. */
  public int size() {
    return cells.size();
  }

  /** Whether there is no row. */
  public boolean isEmpty() {
    return cells.isEmpty();
  }

  /** A whole number; 0 where it is null. */
  public long number(int row, String column) {
    Object cell = cell(row, column);
    return cell instanceof Number n ? n.longValue() : 0;
  }

  /** A number with a fraction; 0 where it is null. */
  public double real(int row, String column) {
    Object cell = cell(row, column);
    return cell instanceof Number n ? n.doubleValue() : 0;
  }

  /** A text; empty where it is null. */
  public String text(int row, String column) {
    Object cell = cell(row, column);
    return cell == null ? "" : cell.toString();
  }

  /** Whether the cell holds nothing. */
  public boolean isNull(int row, String column) {
    return cell(row, column) == null;
  }

  /** Sum of a column of whole numbers. */
  public long sum(String column) {
    long sum = 0;
    for (int row = 0; row < size(); row++) {
      sum += number(row, column);
    }
    return sum;
  }

  /** Largest of a column of whole numbers; 0 without rows. */
  public long largest(String column) {
    long largest = 0;
    for (int row = 0; row < size(); row++) {
      largest = Math.max(largest, number(row, column));
    }
    return largest;
  }

  private Object cell(int row, String column) {
    int index = columns.indexOf(column);
    if (index < 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "no such column: query=%s, column=%s", name, column));
    }
    return cells.get(row)[index];
  }
}
