package org.popcornreplay.reports.page;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.popcornreplay.reports.query.Rows;

/**
 * The answer to a query as a table, with the query below it. How a cell is written follows from the
 * end of its column's name, which is the unit.
 */
public final class SqlTable {
  /** More rows than this are not shown; the SQL brings them all. */
  public static final int MOST_ROWS = 100;

  private static final String MEASURE = "measure";
  private static final Pattern MILLISECONDS = Pattern.compile("_ms($|_)");
  private static final int MOST_CHARACTERS = 160;
  private static final int SHORT_CHARACTERS = 24;
  private static final Set<String> NAMES_IN_CODE =
      Set.of(
          "address",
          "object",
          "place",
          "allocated_at",
          "function",
          "site",
          "declared_at",
          "called_at",
          "name",
          "program",
          "confirm_with",
          "what");
  private static final Set<String> PLAIN_NUMBERS =
      Set.of("page", "run_id", "run", "thread", "node", "seed", "src", "dst");

  private SqlTable() {}

  /** A table with caption, and its SQL to open. */
  public static Html shown(Rows rows, String caption) {
    return new Html().add(table(rows, caption, rows.columns())).add(sql(List.of(rows)));
  }

  /** As {@link #shown}, with these columns only, in this order. */
  public static Html shown(Rows rows, String caption, List<String> columns) {
    return new Html().add(table(rows, caption, columns)).add(sql(List.of(rows)));
  }

  /** As {@link #shown}, with some columns left out. */
  public static Html shown(Rows rows, String caption, Set<String> without) {
    List<String> columns = rows.columns().stream().filter(c -> !without.contains(c)).toList();
    return new Html().add(table(rows, caption, columns)).add(sql(List.of(rows)));
  }

  /**
   * A closed box that opens on a chart's numbers and the SQL that brought them.
   *
   * @param more answers that the chart used too; only their SQL is shown
   */
  public static Html numbers(Rows rows, String caption, Rows... more) {
    Html html =
        new Html()
            .markup("<details><summary>")
            .add(Html.text("The numbers and their SQL"))
            .markup("</summary>\n")
            .add(table(rows, caption, rows.columns()))
            .add(code(rows));
    for (Rows other : more) {
      html.add(code(other));
    }
    return html.markup("</details>\n");
  }

  /** A closed box that opens on the SQL. */
  public static Html sql(List<Rows> answers) {
    Html html = new Html().markup("<details><summary>The SQL</summary>\n");
    answers.forEach(rows -> html.add(code(rows)));
    return html.markup("</details>\n");
  }

  private static Html code(Rows rows) {
    return new Html().markup("<pre><code>").add(Html.text(rows.sql())).markup("</code></pre>\n");
  }

  private static Html table(Rows rows, String caption, List<String> columns) {
    Html html =
        new Html()
            .markup("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
            .markup(Html.attribute(caption))
            .markup("\"><table>")
            .element("caption", caption)
            .markup("<thead><tr>");
    for (String column : columns) {
      html.markup("<th scope=\"col\"" + (isNumber(rows, column) ? " class=\"number\">" : ">"))
          .add(Html.text(heading(column)))
          .markup("</th>");
    }
    html.markup("</tr></thead>\n<tbody>\n");
    int shown = Math.min(rows.size(), MOST_ROWS);
    for (int row = 0; row < shown; row++) {
      html.markup("<tr>");
      for (String column : columns) {
        html.add(cell(rows, row, column));
      }
      html.markup("</tr>\n");
    }
    html.markup("</tbody></table></div>\n");
    if (shown < rows.size()) {
      html.paragraph("{} more rows: run the SQL.", Amounts.count((long) rows.size() - shown));
    }
    return html;
  }

  private static Html cell(Rows rows, int row, String column) {
    if (rows.isNull(row, column)) {
      return new Html()
          .markup(
              isNumber(rows, column) ? "<td class=\"number\"></td>" : "<td class=\"short\"></td>");
    }
    if (isNumber(rows, column)) {
      Object raw = rows.cells().get(row)[rows.columns().indexOf(column)];
      return new Html()
          .markup("<td class=\"number\"><data value=\"" + Html.attribute(raw.toString()) + "\">")
          .add(Html.text(amount(rows, row, column)))
          .markup("</data></td>");
    }
    String text = rows.text(row, column);
    String brief = Html.shortened(text, MOST_CHARACTERS);
    Html inside =
        NAMES_IN_CODE.contains(column) && !text.isEmpty() ? Html.code(brief) : Html.text(brief);
    Html html =
        new Html().markup(text.length() <= SHORT_CHARACTERS ? "<td class=\"short\"" : "<td");
    if (!brief.equals(text)) {
      html.markup(" title=\"" + Html.attribute(Html.shortened(text, 1000)) + "\"");
    }
    return html.markup(">").add(inside).markup("</td>");
  }

  private static String amount(Rows rows, int row, String ofColumn) {
    // A table of measures names the unit in each row.
    String column = rows.columns().contains(MEASURE) ? rows.text(row, MEASURE) : ofColumn;
    double value = rows.real(row, ofColumn);
    if (column.endsWith("_ns")) {
      return Amounts.time(value);
    }
    if (MILLISECONDS.matcher(column).find()) {
      return Amounts.time(1e6 * value);
    }
    if (column.endsWith("_us")) {
      return Amounts.time(1e3 * value);
    }
    if (column.contains("percent")) {
      return Amounts.percent(value / 100);
    }
    if (column.endsWith("bytes")) {
      return Amounts.bytes(value);
    }
    if (column.contains("share")) {
      return Amounts.percent(value);
    }
    if (column.equals("speedup") || column.endsWith("factor")) {
      return Amounts.factor(value);
    }
    if (PLAIN_NUMBERS.contains(column)) {
      return String.format(Locale.ROOT, "%d", rows.number(row, ofColumn));
    }
    return value == Math.rint(value) && Math.abs(value) < 9e15
        ? Amounts.count((long) value)
        : Amounts.digits(value);
  }

  private static boolean isNumber(Rows rows, String column) {
    int index = rows.columns().indexOf(column);
    for (Object[] cells : rows.cells()) {
      if (cells[index] != null) {
        return cells[index] instanceof Number;
      }
    }
    return false;
  }

  private static String heading(String column) {
    return column
        .replaceFirst("_percent$", " share")
        .replaceFirst("^percent_", "share_")
        .replaceFirst("_(ns|ms|us)($|_)", "$2")
        .replace('_', ' ');
  }
}
