package org.popcornreplay.replay.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.FileFault;
import org.popcornreplay.traces.cli.LeftOvers;

/**
 * Writes runs as folders of Parquet files, one file for each table. A folder is written beside its
 * place and then renamed, so that a reader sees whole runs only and a repeated export is harmless.
 */
public final class ParquetRuns {
  private ParquetRuns() {}

  /** The folder of a run: {@code run-000001}. */
  public static String folderName(long runId) {
    return String.format(Locale.ROOT, "run-%06d", runId);
  }

  /**
   * Writes one run as {@code folder/run-NUMBER/TABLE.parquet}.
   *
   * @param connection to a database with the tables of a run store, free to write files
   * @param runId the run in that database
   * @param asRunId the number that it gets, so that runs of many stores can lie side by side
   * @return the folder of the run
   * @throws CommandException when that folder exists or cannot be written
   */
  public static Path write(Connection connection, long runId, long asRunId, Path folder) {
    Path target = folder.resolve(folderName(asRunId));
    Path beside = folder.resolve("." + folderName(asRunId) + ".tmp");
    if (Files.exists(target)) {
      throw CommandException.badInput("export: folder=" + target + " exists, expected a new one");
    }
    try (Statement statement = connection.createStatement()) {
      LeftOvers.remove(beside);
      Files.createDirectories(beside);
      for (String table : tables(statement)) {
        String file = beside.resolve(table + ".parquet").toAbsolutePath().normalize().toString();
        statement.execute(
            "COPY (SELECT * REPLACE (%d::BIGINT AS run_id) FROM %s WHERE run_id = %d) TO '%s' (FORMAT parquet, COMPRESSION zstd)"
                .formatted(asRunId, table, runId, file.replace("'", "''")));
      }
      Files.move(beside, target);
      return target;
    } catch (SQLException e) {
      removeQuietly(beside);
      String text = String.valueOf(e.getMessage());
      int end = text.indexOf('\n');
      throw CommandException.badInput(
          "export: folder="
              + target
              + " cannot be written: "
              + (end < 0 ? text : text.substring(0, end)),
          e);
    } catch (IOException e) {
      throw CommandException.badInput(
          "export: folder=" + target + " cannot be written: " + FileFault.reason(e), e);
    }
  }

  /** The tables that hold runs, in the order of their names. */
  private static List<String> tables(Statement statement) throws SQLException {
    List<String> names = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT DISTINCT table_name FROM duckdb_columns() WHERE column_name = 'run_id' AND schema_name = 'main'"
                + " AND database_name <> 'temp' ORDER BY table_name")) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  private static void removeQuietly(Path folder) {
    try {
      LeftOvers.remove(folder);
    } catch (IOException e) {
      // The first failure is being told; the next export removes the rest.
      return;
    }
  }
}
