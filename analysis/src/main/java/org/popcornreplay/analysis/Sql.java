package org.popcornreplay.analysis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.popcornreplay.traces.cli.CommandException;

/** SQL as text: resources, literals, and DuckDB's complaints in one line. */
public final class Sql {
  private Sql() {}

  /** A file under {@code sql/}. */
  public static String resource(String name) {
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

  /** What DuckDB says when not the query but the file is at fault. */
  private static final Pattern FILE_FAULT =
      Pattern.compile(
          "^(IO|Serialization|INTERNAL|FATAL) Error|checksum|[Cc]orrupt|TransactionContext Error");

  /** DuckDB does not do what the query asks for, or cannot read the store. */
  public static CommandException refused(Path store, SQLException e) {
    String text = firstLines(e);
    if (FILE_FAULT.matcher(text).find()) {
      return CommandException.badInput("run store: file=" + store + " cannot be read: " + text, e);
    }
    if (text.startsWith("Out of Memory Error")) {
      int details = text.indexOf(" Database is launched");
      return CommandException.usage(
          "query: needs more memory than --memory allows: "
              + (details < 0 ? text : text.substring(0, details)));
    }
    return CommandException.usage("query: " + text);
  }

  /** DuckDB's message without its drawing of the query. */
  static String firstLines(SQLException e) {
    String text = String.valueOf(e.getMessage());
    int drawing = text.indexOf("\n\nLINE ");
    String head = drawing < 0 ? text : text.substring(0, drawing);
    return head.strip().replaceAll("\\s*\\n\\s*", " ");
  }
}
