package org.popcornreplay.analysis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.popcornreplay.replay.store.RunStore;
import org.popcornreplay.traces.cli.CommandException;

/** A folder of Parquet runs, {@code FOLDER/RUN/TABLE.parquet}, seen as one run store. */
final class ParquetFolder {
  private ParquetFolder() {}

  /** Makes views of the store's names over the files. */
  static void attach(Path folder, Statement statement) throws SQLException {
    statement.execute("CREATE SCHEMA empty; SET schema = 'empty'");
    statement.execute(RunStore.schema());
    statement.execute("SET schema = 'main'");
    List<Path> runs = files(folder, "runs");
    if (runs.isEmpty()) {
      throw CommandException.badInput(
          "run store: folder="
              + folder
              + " holds no RUN/runs.parquet, expected a folder of exported runs");
    }
    List<String> tables = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'empty' ORDER BY table_name")) {
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
    }
    for (String table : tables) {
      statement.execute(view(table, files(folder, table)));
    }
    refuseTwins(folder, statement);
  }

  private static String view(String table, List<Path> files) {
    StringBuilder sql =
        new StringBuilder("CREATE VIEW main." + table + " AS SELECT * FROM empty." + table);
    if (!files.isEmpty()) {
      String list = String.join(", ", files.stream().map(f -> Sql.text(f.toString())).toList());
      sql.append(" UNION ALL BY NAME SELECT * FROM read_parquet([").append(list);
      sql.append("], union_by_name = true)");
    }
    return sql.toString();
  }

  private static List<Path> files(Path folder, String table) {
    try (Stream<Path> children = Files.list(folder)) {
      return Stream.concat(Stream.of(folder), children.filter(Files::isDirectory))
          .filter(child -> child.equals(folder) || !child.getFileName().toString().startsWith("."))
          .map(child -> child.resolve(table + ".parquet").toAbsolutePath())
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw CommandException.badInput("run store: folder=" + folder + " cannot be read: " + e, e);
    }
  }

  private static void refuseTwins(Path folder, Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT run_id FROM runs GROUP BY run_id HAVING count(*) > 1 ORDER BY run_id LIMIT 1")) {
      if (rows.next()) {
        throw CommandException.badInput(
            "run store: folder="
                + folder
                + " has two runs with run_id="
                + rows.getLong(1)
                + ", expected each once; export one of them with another --as-run");
      }
    }
  }
}
