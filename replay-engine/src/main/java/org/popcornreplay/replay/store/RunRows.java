package org.popcornreplay.replay.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;

/** The rows of {@code nodes} and the one of {@code runs}, which are known at the end of a run. */
final class RunRows {
  private final Connection connection;
  private final long runId;

  RunRows(Connection connection, long runId) {
    this.connection = connection;
    this.runId = runId;
  }

  void nodes(List<NodeTally> tallies) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS BIGINT[]))")) {
      for (int n = 0; n < tallies.size(); n++) {
        NodeTally tally = tallies.get(n);
        insert.setLong(1, runId);
        insert.setInt(2, n);
        insert.setInt(3, tally.cores);
        insert.setLong(4, tally.busyNanos);
        insert.setLong(5, tally.kernelNanos);
        insert.setLong(6, tally.bytesSent);
        insert.setLong(7, tally.bytesReceived);
        insert.setLong(8, tally.messagesSent);
        insert.setLong(9, tally.messagesReceived);
        insert.setLong(10, tally.rdmaBytesWritten);
        insert.setString(11, Arrays.toString(tally.handleActions));
        insert.execute();
      }
    }
  }

  void run(RunSummary s, RecordLevel level, TrafficTally traffic, RunCounts counts)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                + " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      Object[] values = {
        runId,
        s.label,
        s.traceHash,
        s.program,
        s.arguments,
        s.nodes,
        s.coresPerNode,
        s.placement,
        s.profile,
        s.transport,
        s.order,
        s.pageBytes,
        s.seed,
        s.simulatedNanos,
        s.baselineNanos,
        speedup(s),
        s.accesses,
        s.instructions,
        s.events,
        traffic.messages,
        traffic.bytes,
        counts.readFaults,
        counts.writeFaults,
        counts.upgradeFaults,
        counts.retries,
        counts.migrations,
        level.text(),
        s.options,
        s.sliceInstructions,
        s.startedAt == null
            ? null
            : Timestamp.valueOf(s.startedAt.atZone(ZoneOffset.UTC).toLocalDateTime()),
        s.wallMillis,
        s.modelVersion
      };
      for (int i = 0; i < values.length; i++) {
        insert.setObject(i + 1, values[i]);
      }
      insert.execute();
    }
  }

  private static Double speedup(RunSummary s) {
    boolean known = s.baselineNanos != null && s.simulatedNanos != 0;
    return known ? (double) s.baselineNanos / s.simulatedNanos : null;
  }
}
