package org.popcornreplay.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.popcornreplay.replay.store.ParquetRuns;
import org.popcornreplay.replay.sweep.SweepPoint;
import org.popcornreplay.traces.cli.CommandException;

/** What the finished runs of a sweep came to, a line each, read back from their files. */
final class SweepResults {
  private static final double NANOS_PER_MILLI = 1e6;

  private record Row(
      long runId,
      String program,
      int nodes,
      String placement,
      String profile,
      String transport,
      String order,
      int pageBytes,
      int cores,
      long seed,
      String options,
      long simulatedNanos,
      long baselineNanos,
      double speedup,
      long faults,
      long messages,
      long bytes) {}

  private final List<Row> rows = new ArrayList<>();

  SweepResults(Path folder, List<SweepPoint> points) {
    List<String> files = new ArrayList<>();
    for (SweepPoint point : points) {
      Path file = folder.resolve(ParquetRuns.folderName(point.runId())).resolve("runs.parquet");
      if (Files.isRegularFile(file)) {
        files.add("'" + file.toAbsolutePath().toString().replace("'", "''") + "'");
      }
    }
    if (!files.isEmpty()) {
      read(folder, files);
    }
  }

  private void read(Path folder, List<String> files) {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT run_id, program, nodes, placement, profile, transport, order_mode, page_bytes,"
                    + " cores, seed, options, simulated_ns, baseline_ns, speedup,"
                    + " read_faults + write_faults + upgrade_faults, message_count, message_bytes"
                    + " FROM read_parquet(["
                    + String.join(", ", files)
                    + "]) ORDER BY run_id")) {
      while (result.next()) {
        int c = 0;
        rows.add(
            new Row(
                result.getLong(++c),
                result.getString(++c),
                result.getInt(++c),
                result.getString(++c),
                result.getString(++c),
                result.getString(++c),
                result.getString(++c),
                result.getInt(++c),
                result.getInt(++c),
                result.getLong(++c),
                result.getString(++c),
                result.getLong(++c),
                result.getLong(++c),
                result.getDouble(++c),
                result.getLong(++c),
                result.getLong(++c),
                result.getLong(++c)));
      }
    } catch (SQLException e) {
      throw CommandException.badInput(
          "sweep: folder=" + folder + " has a run that cannot be read: " + e.getMessage(), e);
    }
  }

  int size() {
    return rows.size();
  }

  /** One object a line. */
  void json(PrintWriter out) {
    ObjectMapper json = new ObjectMapper();
    for (Row row : rows) {
      ObjectNode one = json.createObjectNode();
      one.put("run_id", row.runId()).put("program", row.program()).put("nodes", row.nodes());
      one.put("placement", row.placement()).put("profile", row.profile());
      one.put("transport", row.transport()).put("order", row.order());
      one.put("page_bytes", row.pageBytes()).put("cores", row.cores()).put("seed", row.seed());
      one.put("options", row.options()).put("simulated_ns", row.simulatedNanos());
      one.put("baseline_ns", row.baselineNanos()).put("speedup", row.speedup());
      one.put("faults", row.faults()).put("message_count", row.messages());
      one.put("message_bytes", row.bytes());
      out.println(one);
    }
  }

  /** A table. */
  void text(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%6s %-14s %5s %-14s %-18s %-6s %-8s %5s %14s %8s %10s %10s %14s  %s%n",
        "run",
        "program",
        "nodes",
        "placement",
        "profile",
        "layer",
        "order",
        "seed",
        "simulated_ms",
        "speedup",
        "faults",
        "messages",
        "bytes",
        "options");
    for (Row row : rows) {
      out.printf(
          Locale.ROOT,
          "%6d %-14s %5d %-14s %-18s %-6s %-8s %5d %14.3f %8.2f %10d %10d %14d  %s%n",
          row.runId(),
          name(row.program()),
          row.nodes(),
          row.placement(),
          row.profile(),
          row.transport(),
          row.order(),
          row.seed(),
          row.simulatedNanos() / NANOS_PER_MILLI,
          row.speedup(),
          row.faults(),
          row.messages(),
          row.bytes(),
          row.options());
    }
  }

  /** The last part of a program's path; it comes from a trace, so no control characters. */
  private static String name(String program) {
    return program.substring(program.lastIndexOf('/') + 1).replaceAll("\\p{Cntrl}", "?");
  }
}
