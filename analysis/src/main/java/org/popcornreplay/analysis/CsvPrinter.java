package org.popcornreplay.analysis;

import java.io.PrintStream;
import java.sql.ResultSet;
import java.sql.SQLException;

/** CSV as in RFC 4180, with a heading; lines end with a line feed; NULL is empty. */
final class CsvPrinter implements ResultPrinter {
  @Override
  public void print(ResultSet rows, PrintStream out) throws SQLException {
    int columns = rows.getMetaData().getColumnCount();
    StringBuilder line = new StringBuilder();
    for (int c = 1; c <= columns; c++) {
      append(line, c, rows.getMetaData().getColumnLabel(c));
    }
    out.print(line.append('\n'));
    while (rows.next() && !out.checkError()) {
      line.setLength(0);
      for (int c = 1; c <= columns; c++) {
        append(line, c, Cell.text(rows, c));
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
