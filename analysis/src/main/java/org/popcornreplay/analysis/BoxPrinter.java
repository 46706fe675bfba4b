package org.popcornreplay.analysis;

import java.io.PrintStream;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/** A table for people: aligned columns, numbers to the right. Holds the first rows only. */
final class BoxPrinter implements ResultPrinter {
  /** More rows than anybody reads in a terminal. */
  static final int ROW_LIMIT = 1_000;

  @Override
  public void print(ResultSet rows, PrintStream out) throws SQLException {
    ResultSetMetaData about = rows.getMetaData();
    int columns = about.getColumnCount();
    List<String[]> lines = new ArrayList<>();
    String[] heading = new String[columns];
    boolean[] right = new boolean[columns];
    for (int c = 0; c < columns; c++) {
      heading[c] = about.getColumnLabel(c + 1);
      right[c] = isNumber(about.getColumnType(c + 1));
    }
    boolean more = false;
    while (rows.next()) {
      if (lines.size() == ROW_LIMIT) {
        more = true;
        break;
      }
      String[] line = new String[columns];
      for (int c = 0; c < columns; c++) {
        line[c] = printable(Cell.text(rows, c + 1));
      }
      lines.add(line);
    }
    int[] widths = new int[columns];
    measure(widths, heading);
    lines.forEach(line -> measure(widths, line));
    row(out, heading, widths, right);
    rule(out, widths);
    for (String[] line : lines) {
      if (out.checkError()) {
        return;
      }
      row(out, line, widths, right);
    }
    if (more) {
      out.println("(the first " + ROW_LIMIT + " rows; --csv or --json print all)");
    } else if (lines.isEmpty()) {
      out.println("(no rows)");
    }
  }

  private static boolean isNumber(int type) {
    return switch (type) {
      case Types.TINYINT,
          Types.SMALLINT,
          Types.INTEGER,
          Types.BIGINT,
          Types.DOUBLE,
          Types.FLOAT,
          Types.DECIMAL,
          Types.NUMERIC,
          Types.REAL ->
          true;
      default -> false;
    };
  }

  /** Keeps control characters of traced programs away from the terminal. */
  private static String printable(String value) {
    if (value == null) {
      return "";
    }
    StringBuilder text = new StringBuilder(value.length());
    value
        .codePoints()
        .forEach(c -> text.appendCodePoint(Character.isISOControl(c) && c != '\n' ? '?' : c));
    return text.toString().replace("\n", "\\n");
  }

  private static void measure(int[] widths, String[] line) {
    for (int c = 0; c < widths.length; c++) {
      widths[c] = Math.max(widths[c], line[c].codePointCount(0, line[c].length()));
    }
  }

  private static void row(PrintStream out, String[] line, int[] widths, boolean[] right) {
    StringBuilder text = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String pad = " ".repeat(widths[c] - line[c].codePointCount(0, line[c].length()));
      text.append(c > 0 ? "  " : "").append(right[c] ? pad + line[c] : line[c] + pad);
    }
    out.print(text.toString().stripTrailing() + "\n");
  }

  private static void rule(PrintStream out, int[] widths) {
    StringBuilder text = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      text.append(c > 0 ? "  " : "").append("-".repeat(widths[c]));
    }
    out.print(text + "\n");
  }
}
