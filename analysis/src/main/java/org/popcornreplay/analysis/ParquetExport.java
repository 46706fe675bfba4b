package org.popcornreplay.analysis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.popcornreplay.traces.cli.CommandException;

/** Writes a run as a folder of Parquet files, one for each table; beside it first, then renamed. */
final class ParquetExport {
  private ParquetExport() {}

  /** Writes {@code folder/run-ID/TABLE.parquet}; returns the folder of the run. */
  static Path write(RunDatabase database, long runId, Path folder) {
    String name = String.format(Locale.ROOT, "run-%06d", runId);
    Path target = folder.resolve(name);
    Path beside = folder.resolve("." + name + ".tmp");
    if (Files.exists(target)) {
      throw CommandException.badInput("export: folder=" + target + " exists, expected a new one");
    }
    if (!database.runIds().contains(runId)) {
      throw CommandException.usage("--run=" + runId + " is not in the store");
    }
    try (Statement statement = database.connection().createStatement()) {
      remove(beside);
      Files.createDirectories(beside);
      for (String table : tables(database)) {
        statement.execute(
            "COPY (SELECT * FROM "
                + table
                + " WHERE run_id = "
                + runId
                + ") TO "
                + Sql.text(beside.resolve(table + ".parquet").toAbsolutePath().toString())
                + " (FORMAT parquet, COMPRESSION zstd)");
      }
      Files.move(beside, target);
      return target;
    } catch (SQLException e) {
      throw CommandException.badInput(
          "export: folder=" + target + " cannot be written: " + Sql.firstLines(e), e);
    } catch (IOException e) {
      throw CommandException.badInput("export: folder=" + target + " cannot be written: " + e, e);
    }
  }

  private static List<String> tables(RunDatabase database) {
    return database
        .ask(
            "SELECT DISTINCT table_name FROM duckdb_columns() WHERE column_name = 'run_id'"
                + " AND schema_name = 'main' AND database_name <> 'temp' ORDER BY table_name")
        .rows()
        .stream()
        .map(row -> row.get(0).toString())
        .toList();
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> inside = Files.walk(folder)) {
      for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
