package org.popcornreplay.analysis;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A small result, all in memory.
 *
 * @param columns their names
 * @param rows their values: Long, Integer, Double, String, Boolean and so on, or null
 */
public record QueryResult(List<String> columns, List<List<Object>> rows) {
  static QueryResult of(ResultSet result) throws SQLException {
    ResultSetMetaData about = result.getMetaData();
    List<String> columns = new ArrayList<>();
    for (int c = 1; c <= about.getColumnCount(); c++) {
      columns.add(about.getColumnLabel(c));
    }
    List<List<Object>> rows = new ArrayList<>();
    while (result.next()) {
      List<Object> row = new ArrayList<>(columns.size());
      for (int c = 1; c <= columns.size(); c++) {
        row.add(result.getObject(c));
      }
      rows.add(row);
    }
    return new QueryResult(columns, rows);
  }

  /** The value of a named column in one row. */
  public Object value(int row, String column) {
    int c = columns.indexOf(column);
    if (c < 0) {
      throw new IllegalArgumentException("column=" + column + ", expected one of " + columns);
    }
    return rows.get(row).get(c);
  }

  /** The same as text; empty for NULL. */
  public String text(int row, String column) {
    Object value = value(row, column);
    return value == null ? "" : value.toString();
  }

  /** The same as a number; 0 for NULL. */
  public double number(int row, String column) {
    Object value = value(row, column);
    return value == null ? 0 : ((Number) value).doubleValue();
  }

  /** Number of rows. */
  public int size() {
    return rows.size();
  }
}
