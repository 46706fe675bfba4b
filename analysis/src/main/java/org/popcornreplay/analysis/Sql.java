package org.popcornreplay.analysis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.popcornreplay.traces.cli.CommandException;

/** SQL as text: resources, literals, and DuckDB's complaints in one line. */
final class Sql {
  private Sql() {}

  /** A file under {@code sql/}. */
  static String resource(String name) {
    try (InputStream in = Sql.class.getResourceAsStream("/sql/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource sql/" + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A string literal. */
  static String text(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  /** DuckDB does not do what the query asks for. */
  static CommandException refused(SQLException e) {
    return CommandException.usage("query: " + firstLines(e));
  }

  /** DuckDB's message without its drawing of the query. */
  static String firstLines(SQLException e) {
    String text = String.valueOf(e.getMessage());
    int drawing = text.indexOf("\n\nLINE ");
    String head = drawing < 0 ? text : text.substring(0, drawing);
    return head.strip().replaceAll("\\s*\\n\\s*", " ");
  }
}
