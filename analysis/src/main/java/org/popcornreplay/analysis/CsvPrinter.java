package org.popcornreplay.analysis;

import java.io.PrintStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;

/** CSV as in RFC 4180, with a heading; lines end with a line feed; NULL is empty. */
final class CsvPrinter implements ResultPrinter {
  @Override
  public void print(ResultSet rows, PrintStream out) throws SQLException {
    int columns = rows.getMetaData().getColumnCount();
    StringBuilder line = new StringBuilder();
    boolean[] doubles = new boolean[columns];
    for (int c = 1; c <= columns; c++) {
      append(line, c, rows.getMetaData().getColumnLabel(c));
      doubles[c - 1] = rows.getMetaData().getColumnType(c) == Types.DOUBLE;
    }
    out.print(line.append('\n'));
    long count = 0;
    while (rows.next() && (++count % ROWS_BETWEEN_LOOKS != 0 || !out.checkError())) {
      line.setLength(0);
      for (int c = 1; c <= columns; c++) {
        append(line, c, doubles[c - 1] ? Cell.text(rows, c) : rows.getString(c));
      }
      out.print(line.append('\n'));
    }
  }

  private static void append(StringBuilder line, int column, String value) {
    if (column > 1) {
      line.append(',');
    }
    if (value == null) {
      return;
    }
    boolean quote = value.isEmpty();
    for (int i = 0; i < value.length() && !quote; i++) {
      char c = value.charAt(i);
      quote = c == ',' || c == '"' || c == '\n' || c == '\r';
    }
    line.append(quote ? '"' + value.replace("\"", "\"\"") + '"' : value);
  }
}
