package org.popcornreplay.analysis;

import java.io.PrintStream;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;

/** One JSON object a line. */
final class JsonPrinter implements ResultPrinter {
  @Override
  public void print(ResultSet rows, PrintStream out) throws SQLException {
    int columns = rows.getMetaData().getColumnCount();
    StringBuilder line = new StringBuilder();
    String[] labels = new String[columns];
    for (int c = 1; c <= columns; c++) {
      labels[c - 1] = rows.getMetaData().getColumnLabel(c);
    }
    long count = 0;
    while (rows.next() && (++count % ROWS_BETWEEN_LOOKS != 0 || !out.checkError())) {
      line.setLength(0);
      line.append('{');
      for (int c = 1; c <= columns; c++) {
        line.append(c > 1 ? ", " : "");
        text(line, labels[c - 1]);
        line.append(": ");
        value(line, rows.getObject(c), rows, c);
      }
      out.print(line.append("}\n"));
    }
  }

  private static void value(StringBuilder line, Object value, ResultSet rows, int column)
      throws SQLException {
    if (value == null) {
      line.append("null");
    } else if (value instanceof Double number) {
      line.append(Double.isFinite(number) ? Cell.number(number) : "null");
    } else if (value instanceof Number || value instanceof Boolean) {
      line.append(value);
    } else if (value instanceof Array array) {
      line.append('[');
      Object[] elements = (Object[]) array.getArray();
      for (int i = 0; i < elements.length; i++) {
        line.append(i > 0 ? ", " : "");
        value(line, elements[i], rows, column);
      }
      line.append(']');
    } else {
      text(line, value.toString());
    }
  }

  private static void text(StringBuilder line, String value) {
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (c < ' ') {
            line.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }
}
