package org.popcornreplay.tracer.command;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import java.util.Set;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.arrow.Column;
import org.popcornreplay.traces.arrow.ColumnBatch;
import org.popcornreplay.traces.arrow.ColumnType;

/** A row as text. Numbers are decimal; only {@link Style#TABS} shows addresses in hexadecimal. */
final class RowText {
  /** How a row looks. */
  enum Style {
    TABS,
    CSV,
    JSON
  }

  private static final Set<String> HEXADECIMAL =
      Set.of(
          "address",
          "ip",
          "read_ip",
          "write_ip",
          "read_lines",
          "write_lines",
          "object",
          "stack_low",
          "stack_high",
          "bias",
          "page");

  private final Style style;
  private final boolean events;
  private final StringBuilder line = new StringBuilder();

  RowText(Style style, boolean events) {
    this.style = style;
    this.events = events;
  }

  String header(List<Column> columns) {
    if (style == Style.JSON) {
      return "";
    }
    line.setLength(0);
    for (Column column : columns) {
      separate();
      line.append(column.name());
    }
    return line.append('\n').toString();
  }

  String row(ColumnBatch batch, int row) {
    line.setLength(0);
    List<Column> columns = batch.columns();
    for (int c = 0; c < columns.size(); c++) {
      Column column = columns.get(c);
      if (style == Style.JSON) {
        line.append(c == 0 ? "{\"" : ",\"").append(column.name()).append("\":");
      } else {
        separate();
      }
      if (column.type() == ColumnType.TEXT) {
        text(batch.text(c, row));
      } else if (events && column.name().equals("kind")) {
        EventKind kind = EventKind.ofCode((int) batch.number(c, row));
        text(kind == null ? Long.toString(batch.number(c, row)) : kind.name());
      } else if (style == Style.TABS && HEXADECIMAL.contains(column.name())) {
        line.append("0x").append(Long.toHexString(batch.number(c, row)));
      } else {
        line.append(batch.number(c, row));
      }
    }
    return line.append(style == Style.JSON ? "}\n" : "\n").toString();
  }

  private void separate() {
    if (line.length() > 0) {
      line.append(style == Style.CSV ? ',' : '\t');
    }
  }

  private void text(String value) {
    switch (style) {
      case TABS -> line.append(value.isEmpty() ? "-" : Printable.line(value));
      case CSV -> line.append(Printable.csv(value));
      case JSON ->
          line.append('"').append(JsonStringEncoder.getInstance().quoteAsString(value)).append('"');
    }
  }
}
