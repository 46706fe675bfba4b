package org.popcornreplay.analysis.perfetto;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.popcornreplay.analysis.QueryResult;
import org.popcornreplay.analysis.RunDatabase;
import org.popcornreplay.analysis.Sql;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.FileFault;
import org.popcornreplay.traces.cli.LeftOvers;

/**
 * Writes a run, or a stretch of it, as JSON that ui.perfetto.dev and chrome://tracing open: threads
 * per node as tracks, what they did as nested slices, messages and migrations as flows between
 * nodes. Rows are read and written part by part, so memory does not grow with the run.
 */
public final class RunTimeline {
  private static final int PART_ROWS = 200_000;
  private static final int BUFFER_BYTES = 1 << 16;

  private final RunDatabase database;
  private final long run;
  private final long fromNanos;
  private final long toNanos;

  /**
   * What to export.
   *
   * @param fromNanos first instant of the exported stretch
   * @param toNanos its end; {@link Long#MAX_VALUE} for that of the run
   */
  public RunTimeline(RunDatabase database, long run, long fromNanos, long toNanos) {
    this.database = database;
    this.run = run;
    this.fromNanos = fromNanos;
    this.toNanos = toNanos;
  }

  /**
   * Writes the file, beside first and then renamed.
   *
   * @return how many slices and flow ends it has
   * @throws CommandException where the run has no such rows or the file cannot be written
   */
  public long write(Path file) {
    requireDetail();
    Path beside = LeftOvers.beside(file.toAbsolutePath(), "new");
    try {
      for (Path dead : LeftOvers.dead(file.toAbsolutePath(), "new")) {
        LeftOvers.remove(dead);
      }
      long count;
      try (OutputStream out =
              new BufferedOutputStream(Files.newOutputStream(beside), BUFFER_BYTES);
          TraceEvents events = new TraceEvents(out)) {
        writeParts(events);
        count = events.count();
      }
      Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
      return count;
    } catch (SQLException e) {
      throw Sql.refused(database.path(), e);
    } catch (IOException e) {
      throw CommandException.badInput(
          "export: file=" + file + " cannot be written: " + FileFault.reason(e), e);
    } finally {
      removeQuietly(beside);
    }
  }

  private void requireDetail() {
    QueryResult level = database.ask("SELECT record_level FROM runs WHERE run_id = " + run);
    if (level.text(0, "record_level").equals("summary")) {
      throw CommandException.badInput(
          "export: run="
              + run
              + " has record_level=summary, expected faults or messages (popcorn-replay --record)");
    }
  }

  private void writeParts(TraceEvents events) throws SQLException, IOException {
    try (Statement statement = database.connection().createStatement()) {
      set(statement, "run", run);
      set(statement, "from_ns", fromNanos);
      set(statement, "to_ns", toNanos);
      set(statement, "part_rows", PART_ROWS);
      Tracks tracks = new Tracks(events);
      long low = fromNanos;
      List<Long> ends = marks(statement);
      ends.add(toNanos);
      for (long high : ends) {
        set(statement, "low_ns", low);
        set(statement, "high_ns", high);
        writeSlices(statement, events, tracks);
        writeSent(statement, events, tracks);
        writeHandled(statement, events, tracks);
        low = high;
      }
    }
  }

  private static void set(Statement statement, String variable, long value) throws SQLException {
    statement.execute("SET VARIABLE " + variable + " = " + value + "::BIGINT");
  }

  private static List<Long> marks(Statement statement) throws SQLException {
    List<Long> marks = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(Sql.resource("perfetto/marks.sql"))) {
      while (rows.next()) {
        marks.add(rows.getLong(1));
      }
    }
    return marks;
  }

  private static void writeSlices(Statement statement, TraceEvents events, Tracks tracks)
      throws SQLException, IOException {
    try (ResultSet row = statement.executeQuery(Sql.resource("perfetto/slices.sql"))) {
      while (row.next()) {
        Track track =
            tracks.thread(row.getInt("node"), row.getInt("thread"), row.getString("thread_name"));
        long start = row.getLong("start_ns");
        long end = track.open(start, row.getLong("end_ns"));
        Map<String, Object> arguments = new LinkedHashMap<>();
        for (String name :
            List.of("page", "address", "object", "place", "function", "retries", "result")) {
          arguments.put(name, row.getObject(name));
        }
        String category = row.getString("category");
        events.slice(track, category, row.getString("name"), start, end, arguments);
        // Flows of migrations have odd numbers, those of messages even ones.
        long leaves = row.getLong("leaves");
        if (!row.wasNull()) {
          events.flowStart(track, category, "migration", 2 * leaves + 1, start);
        }
        long arrives = row.getLong("arrives");
        if (!row.wasNull()) {
          events.flowEnd(track, category, "migration", 2 * arrives + 1, start);
        }
      }
    }
  }

  private static void writeSent(Statement statement, TraceEvents events, Tracks tracks)
      throws SQLException, IOException {
    try (ResultSet row = statement.executeQuery(Sql.resource("perfetto/sent.sql"))) {
      while (row.next()) {
        int source = row.getInt("src");
        long sent = row.getLong("sent_ns");
        String type = row.getString("type");
        int thread = row.getInt("slice_thread");
        Track track = row.wasNull() ? null : tracks.thread(source, thread, null);
        if (track == null) {
          track = tracks.sending(source, sent);
          long end = track.open(sent, Math.max(sent + 1, row.getLong("delivered_ns")));
          Map<String, Object> arguments = about(row);
          arguments.put("to node", row.getInt("dst"));
          events.slice(track, "message", type, sent, end, arguments);
        }
        events.flowStart(track, "message", type, 2 * row.getLong("seq"), sent);
      }
    }
  }

  private static void writeHandled(Statement statement, TraceEvents events, Tracks tracks)
      throws SQLException, IOException {
    try (ResultSet row = statement.executeQuery(Sql.resource("perfetto/handled.sql"))) {
      while (row.next()) {
        int destination = row.getInt("dst");
        long delivered = row.getLong("delivered_ns");
        String type = row.getString("type");
        Track track = tracks.handling(destination, delivered);
        long end = track.open(delivered, Math.max(delivered + 1, row.getLong("handled_ns")));
        Map<String, Object> arguments = about(row);
        arguments.put("from node", row.getInt("src"));
        arguments.put("result", row.getObject("result"));
        events.slice(track, "message", type, delivered, end, arguments);
        events.flowEnd(track, "message", type, 2 * row.getLong("seq"), delivered);
      }
    }
  }

  private static Map<String, Object> about(ResultSet row) throws SQLException {
    Map<String, Object> arguments = new LinkedHashMap<>();
    for (String name : List.of("seq", "bytes", "thread", "page", "object")) {
      arguments.put(name, row.getObject(name));
    }
    return arguments;
  }

  private static void removeQuietly(Path file) {
    try {
      LeftOvers.remove(file);
    } catch (IOException e) {
      // The first failure is being told.
      return;
    }
  }
}
