package org.popcornreplay.traces.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.popcornreplay.traces.TableScan;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.TraceTable;
import org.popcornreplay.traces.arrow.Column;
import org.popcornreplay.traces.arrow.ColumnBatch;
import org.popcornreplay.traces.cli.LeftOvers;

/**
 * Writes a trace as a folder of Parquet files, {@code TABLE.parquet} for each table that it has,
 * with the columns of docs/trace-format.md; accesses have the plain values that {@code
 * popcorn-trace dump} prints. What of a table does not fit into 512 MB of memory waits on disk.
 */
public final class ParquetExport {
  private static final String SPILL = ".spill";
  private static final String MEMORY = "512MB";

  private ParquetExport() {}

  /** Writes the folder, which must not be there. */
  public static void write(TraceReader trace, Path folder) throws IOException {
    Files.createDirectories(folder);
    Path spill = folder.resolve(SPILL);
    try (DuckDBConnection connection =
            DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
        Statement statement = connection.createStatement()) {
      statement.execute("SET memory_limit = '" + MEMORY + "'");
      statement.execute("SET temp_directory = " + quoted(spill));
      for (TraceTable table : TraceTable.values()) {
        if (trace.has(table)) {
          write(trace, table, connection, statement, folder);
        }
      }
    } catch (SQLException e) {
      throw new IOException(String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
    } finally {
      LeftOvers.remove(spill);
    }
  }

  private static void write(
      TraceReader trace,
      TraceTable table,
      DuckDBConnection connection,
      Statement statement,
      Path folder)
      throws SQLException {
    TableScan scan = new TableScan(trace, table);
    String columns =
        scan.columns().stream()
            .map(column -> '"' + column.name() + "\" " + type(column))
            .collect(Collectors.joining(", "));
    String name = table.tableName();
    statement.execute("BEGIN TRANSACTION");
    statement.execute("CREATE TABLE " + name + " (" + columns + ")");
    SQLException[] fault = new SQLException[1];
    try (DuckDBAppender rows = connection.createAppender("main", name)) {
      scan.run(
          -1,
          batch -> {
            try {
              append(rows, scan.columns(), batch);
              return true;
            } catch (SQLException e) {
              fault[0] = e;
              return false;
            }
          });
    }
    if (fault[0] != null) {
      throw fault[0];
    }
    statement.execute(
        "COPY %s TO %s (FORMAT parquet, COMPRESSION zstd)"
            .formatted(name, quoted(folder.resolve(name + ".parquet"))));
    statement.execute("ROLLBACK");
  }

  private static String quoted(Path path) {
    return "'" + path.toAbsolutePath().toString().replace("'", "''") + "'";
  }

  private static void append(DuckDBAppender rows, List<Column> columns, ColumnBatch batch)
      throws SQLException {
    for (int row = 0; row < batch.rows(); row++) {
      rows.beginRow();
      for (int c = 0; c < columns.size(); c++) {
        switch (columns.get(c).type()) {
          case U8 -> rows.append((short) (batch.bytes(c)[row] & 0xff));
          case I32 -> rows.append(batch.ints(c)[row]);
          case I64 -> rows.append(batch.longs(c)[row]);
          case TEXT -> rows.append(batch.text(c, row));
        }
      }
      rows.endRow();
    }
  }

  private static String type(Column column) {
    return switch (column.type()) {
      case U8 -> "SMALLINT";
      case I32 -> "INTEGER";
      case I64 -> "BIGINT";
      case TEXT -> "VARCHAR";
    };
  }
}
