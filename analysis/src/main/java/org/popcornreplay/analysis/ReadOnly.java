package org.popcornreplay.analysis;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Lets only questions through. The store is opened read-only as well; this check says so in one
 * line, and covers what a read-only database still allows, such as COPY … TO a file.
 */
final class ReadOnly {
  /** Statements that only read, but that DuckDB's parser does not count as SELECT. */
  private static final Set<String> ALSO_ALLOWED = Set.of("PIVOT", "UNPIVOT", "SHOW");

  private ReadOnly() {}

  static void check(RunDatabase database, String query) {
    String sql = withoutExplain(query);
    if (ALSO_ALLOWED.contains(firstWord(sql)) && !sql.strip().replaceAll(";$", "").contains(";")) {
      return;
    }
    String verdict = verdict(database, sql);
    if (verdict.contains("\"error\":true")) {
      if (verdict.contains("\"error_type\":\"not implemented\"")) {
        throw CommandException.usage(
            "query: statement="
                + firstWord(query)
                + ", expected one that only reads (SELECT, FROM, WITH)");
      }
      return; // Not SQL at all: DuckDB's own message says where.
    }
    if (verdict.contains("\"statements\":[]")) {
      throw CommandException.usage("query: is empty, expected a SELECT");
    }
  }

  private static String verdict(RunDatabase database, String sql) {
    try (PreparedStatement parse =
        database.connection().prepareStatement("SELECT json_serialize_sql(?::VARCHAR)")) {
      parse.setString(1, sql);
      try (ResultSet rows = parse.executeQuery()) {
        rows.next();
        return rows.getString(1).substring(0, Math.min(200, rows.getString(1).length()));
      }
    } catch (SQLException e) {
      throw Sql.refused(database.path(), e);
    }
  }

  private static String withoutExplain(String query) {
    String sql = query.strip();
    if (firstWord(sql).equals("EXPLAIN")) {
      sql = sql.substring("EXPLAIN".length()).strip();
      if (firstWord(sql).equals("ANALYZE")) {
        sql = sql.substring("ANALYZE".length()).strip();
      }
    }
    return sql;
  }

  private static String firstWord(String sql) {
    String text = sql.strip();
    int end = 0;
    while (end < text.length() && Character.isLetter(text.charAt(end))) {
      end++;
    }
    return text.substring(0, end).toUpperCase(Locale.ROOT);
  }
}
