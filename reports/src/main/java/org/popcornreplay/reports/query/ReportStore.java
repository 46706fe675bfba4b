package org.popcornreplay.reports.query;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.popcornreplay.analysis.Access;
import org.popcornreplay.analysis.RunDatabase;
import org.popcornreplay.traces.cli.CommandException;

/**
 * A run store that is only read, with the queries that a report asks. Whatever the store holds, it
 * cannot read other files, load code or reach a network.
 */
public final class ReportStore implements AutoCloseable {
  /** What DuckDB may hold in memory; beside the Java heap this keeps a report under 1 GiB. */
  private static final String MEMORY_LIMIT = "500MiB";

  /** No answer of a report needs more rows; a query that brings more is a fault of the query. */
  private static final int MOST_ROWS = 100_000;

  private final RunDatabase database;

  private ReportStore(RunDatabase database) {
    this.database = database;
  }

  /**
   * Opens a run store, or a folder of Parquet runs.
   *
   * @param notices where to say that we wait for a process that is writing it
   * @throws CommandException where there is none, or it cannot be used
   */
  public static ReportStore open(Path file, Consumer<String> notices) {
    Access access = new Access(false, null, MEMORY_LIMIT, 0, Access.PATIENCE, notices);
    return new ReportStore(RunDatabase.open(file, access));
  }

  /** The store's file or folder. */
  public Path file() {
    return database.path();
  }

  /**
   * Asks one of the report's SQL files.
   *
   * @param name file name without {@code .sql}
   * @param values the numbers for its places
   */
  public Rows ask(String name, Map<String, Long> values) {
    return answer(name, QueryText.filled(name, values));
  }

  /**
   * Asks one of the named queries of {@code popcorn-sql}.
   *
   * @param values the numbers for its parameters
   */
  public Rows askNamed(String name, Map<String, Long> values) {
    return answer(name, QueryText.named(name, values));
  }

  private Rows answer(String name, String sql) {
    try (Statement statement = database.connection().createStatement();
        ResultSet answer = statement.executeQuery(sql)) {
      ResultSetMetaData meta = answer.getMetaData();
      List<String> columns = new ArrayList<>();
      for (int i = 1; i <= meta.getColumnCount(); i++) {
        columns.add(meta.getColumnLabel(i));
      }
      List<Object[]> cells = new ArrayList<>();
      while (answer.next()) {
        if (cells.size() == MOST_ROWS) {
          throw CommandException.badInput(
              file()
                  + ": query="
                  + name
                  + " brings more rows than a report takes: most="
                  + MOST_ROWS);
        }
        Object[] row = new Object[columns.size()];
        for (int i = 0; i < row.length; i++) {
          row[i] = plain(answer.getObject(i + 1));
        }
        cells.add(row);
      }
      return new Rows(name, sql, List.copyOf(columns), cells);
    } catch (SQLException e) {
      throw CommandException.badInput(
          file() + ": query=" + name + " failed, expected a run store: " + firstLine(e), e);
    }
  }

  private static Object plain(Object cell) {
    if (cell == null || cell instanceof Long || cell instanceof Double || cell instanceof String) {
      return cell;
    }
    if (cell instanceof Float f) {
      return (double) f;
    }
    if (cell instanceof Number n) {
      return n.longValue();
    }
    return cell.toString();
  }

  private static String firstLine(SQLException e) {
    String text = String.valueOf(e.getMessage()).strip();
    int end = text.indexOf('\n');
    return String.format(Locale.ROOT, "%.300s", end < 0 ? text : text.substring(0, end));
  }

  @Override
  public void close() {
    database.close();
  }
}
