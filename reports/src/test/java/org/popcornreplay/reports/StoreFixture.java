package org.popcornreplay.reports;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.popcornreplay.replay.store.RunStore;

/**
 * A run store with invented runs, made in SQL so that ten million rows take seconds. A run has one
 * page that bounces slowly between nodes (the first of them), pages that are copied once, a lock
 * and a barrier. All of it follows from the row number: the same calls give the same store.
 */
final class StoreFixture implements AutoCloseable {
  /** The page that bounces. */
  static final long HOT_PAGE = 0x602;

  /** What lies on it; the tag tests that names do not become markup. */
  static final String HOT_OBJECT = "std::map<int, long>::counts";

  private static final long MESSAGES_A_FAULT = 4;

  private final Connection connection;

  private StoreFixture(Connection connection) {
    this.connection = connection;
  }

  /** A new store without runs. */
  static StoreFixture create(Path file) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file.toAbsolutePath());
    StoreFixture fixture = new StoreFixture(connection);
    fixture.sql(RunStore.schema());
    fixture.sql(
        "INSERT INTO store_info VALUES ('format', '"
            + RunStore.FORMAT
            + "'), ('schema_version', '"
            + RunStore.SCHEMA_VERSION
            + "')");
    return fixture;
  }

  /** A store that exists. */
  static StoreFixture open(Path file) throws SQLException {
    return new StoreFixture(DriverManager.getConnection("jdbc:duckdb:" + file.toAbsolutePath()));
  }

  /** The rows of a query, as texts. */
  List<String[]> rows(String query) throws SQLException {
    List<String[]> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery(query)) {
      int columns = answer.getMetaData().getColumnCount();
      while (answer.next()) {
        String[] row = new String[columns];
        for (int i = 0; i < columns; i++) {
          row[i] = answer.getString(i + 1);
        }
        rows.add(row);
      }
    }
    return rows;
  }

  /** Runs one statement. */
  void sql(String text, Object... values) throws SQLException {
    if (values.length == 0) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(text);
      }
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(text)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.execute();
    }
  }

  /**
   * Adds a run.
   *
   * @param nodes nodes; with one there are no messages and no faults
   * @param messages about how many messages
   * @param level how much of it is stored
   */
  void addRun(long id, int nodes, int threads, long messages, String level) throws SQLException {
    long faults = nodes == 1 ? 0 : messages / MESSAGES_A_FAULT;
    // A thread faults every half millisecond, so that none has two faults at a time.
    long length = 40_000_000L + faults / threads * 500_000L;
    long baseline = nodes == 1 ? length : length * nodes / 3;
    String fault =
        String.format(
            Locale.ROOT,
            "SELECT i AS fault_id, (i %% %1$d)::INTEGER AS thread, (i %% %1$d %% %2$d)::INTEGER AS node, hash(i) %% 5 < 2 AS hot,"
                + " CASE WHEN hash(i) %% 5 < 2 THEN %3$d ELSE 1792 + hash(i * 7 + 1) %% 3000 END::BIGINT AS page,"
                + " CASE WHEN hash(i) %% 5 < 2 THEN 'write' ELSE ['read', 'read', 'write', 'upgrade'][(1 + hash(i * 3) %% 4)::BIGINT] END AS kind,"
                + " (i * %4$d // %5$d)::BIGINT AS start_ns,"
                + " CASE WHEN hash(i) %% 5 < 2 AND hash(i * 5) %% 3 < 2 THEN 130000 + hash(i * 11) %% 60000"
                + " ELSE 17000 + hash(i * 13) %% 6000 END::BIGINT AS took"
                + " FROM range(%5$d) AS r(i)",
            threads,
            nodes,
            HOT_PAGE,
            length * 9 / 10,
            Math.max(1, faults));
    if (faults == 0) {
      fault += " WHERE false";
    }
    sql("CREATE OR REPLACE TEMP TABLE f AS " + fault);
    String run = "SELECT " + id + ", ";
    sql(
        "INSERT INTO threads "
            + run
            + "t, CASE WHEN t = 0 THEN 'main' ELSE 'worker' END, CASE WHEN t = 0 THEN NULL ELSE 0 END, t % "
            + nodes
            + ", 9000000, 3000000, 0, "
            + length
            + ", 20000000 + t * 1000000, coalesce((SELECT sum(took) FROM f WHERE thread = t), 0), 3000000, 200000,"
            + " CASE WHEN t % "
            + nodes
            + " = 0 THEN 0 ELSE 900000 END, 100000 * t, 50000, 1000000,"
            + " (SELECT count(*) FROM f WHERE thread = t), CASE WHEN t % "
            + nodes
            + " = 0 THEN 0 ELSE 2 END FROM range("
            + threads
            + ") AS r(t)");
    sql(
        "CREATE OR REPLACE TEMP TABLE m AS SELECT (fault_id * 4 + k)::BIGINT AS seq,"
            + " ['REMOTE_PAGE_REQUEST', 'PAGE_INVALIDATE_REQUEST', 'PAGE_INVALIDATE_RESPONSE', 'REMOTE_PAGE_RESPONSE'][k + 1] AS type,"
            + " CASE k WHEN 0 THEN node WHEN 1 THEN 0 WHEN 2 THEN other ELSE 0 END::INTEGER AS src,"
            + " CASE k WHEN 0 THEN 0 WHEN 1 THEN other WHEN 2 THEN 0 ELSE node END::INTEGER AS dst,"
            + " [58, 30, 22, 4130][k + 1]::BIGINT AS bytes, start_ns + k * took // 5 AS sent_ns,"
            + " start_ns + k * took // 5 + 3000 AS handled_ns, thread, page"
            + " FROM (SELECT *, CASE WHEN node = 0 THEN 1 ELSE node END AS n, (node + 1) % "
            + nodes
            + " AS o, CASE WHEN o = 0 THEN 1 ELSE o END AS other FROM f), range(4) AS r(k)");
    // A node needs no message to talk to itself.
    sql("DELETE FROM m WHERE src = dst");
    sql(
        "INSERT INTO traffic "
            + run
            + "type, src, dst, count(*), sum(bytes) FROM m GROUP BY type, src, dst ORDER BY ALL");
    sql(
        "INSERT INTO runs "
            + run
            + "'', 'a1b2c3', '/opt/demo/counters', '8 1000', "
            + nodes
            + ", 1, 'block', 'tcp-10g', 'socket', 'elastic', 4096, 1, "
            + length
            + ", "
            + baseline
            + ", "
            + baseline
            + "::DOUBLE / "
            + length
            + ", 3000000, 9000000, 100000, (SELECT count(*) FROM m), coalesce((SELECT sum(bytes) FROM m), 0),"
            + " (SELECT count(*) FROM f WHERE kind = 'read'), (SELECT count(*) FROM f WHERE kind = 'write'),"
            + " (SELECT count(*) FROM f WHERE kind = 'upgrade'), 12, 4, '"
            + level
            + "', '', 10000, TIMESTAMP '2026-11-24 12:00:00', 900, '0.1.0'");
    sql(
        "INSERT INTO pages "
            + run
            + "page, CASE WHEN page = "
            + HOT_PAGE
            + " THEN 'data' ELSE 'heap' END, CASE WHEN page = "
            + HOT_PAGE
            + " THEN '"
            + HOT_OBJECT
            + "' ELSE 'table+' || page END,"
            + " count(*) FILTER (kind = 'read'), count(*) FILTER (kind <> 'read'), count(*), count(*), sum(took), 3, 2, 2,"
            + " CASE WHEN page = "
            + HOT_PAGE
            + " THEN 'false-sharing' ELSE 'read-shared' END, 0, count(*), 0, sum(took) FROM f GROUP BY page ORDER BY page");
    sql(
        "INSERT INTO objects "
            + run
            + "1, 'variable', '"
            + HOT_OBJECT
            + "', "
            + (HOT_PAGE * 4096)
            + ", 256, NULL, NULL, NULL, count(*), sum(took) FROM f WHERE hot HAVING count(*) > 0");
    sql("INSERT INTO code " + run + "4198400, 'add<int>', '/src/counters.c', 42, 'counters'");
    sql("INSERT INTO code " + run + "4198656, 'scan', '/src/counters.c', 57, 'counters'");
    sql(
        "INSERT INTO page_threads "
            + run
            + "page, thread, node, count(*), count(*), 1::UBIGINT << (thread % 60)::UBIGINT, 1::UBIGINT << (thread % 60)::UBIGINT,"
            + " count(*), sum(took) FROM f WHERE hot GROUP BY page, thread, node ORDER BY ALL");
    if (!level.equals("summary")) {
      sql(
          "INSERT INTO faults "
              + run
              + "fault_id, thread, node, page, page * 4096 + 8 * thread, CASE WHEN hot THEN 4198400 ELSE 4198656 END, kind,"
              + " start_ns, start_ns + took, CASE WHEN took > 100000 THEN 2 ELSE 0 END, 'OK' FROM f ORDER BY fault_id");
      sql(
          "INSERT INTO intervals "
              + run
              + "thread, node, CASE WHEN k = 0 THEN 'fault' ELSE 'compute' END, start_ns + k * took, CASE WHEN k = 0 THEN start_ns + took ELSE start_ns + 400000 END"
              + " FROM f, range(2) AS r(k) ORDER BY start_ns");
      sql(
          "INSERT INTO sync_ops "
              + run
              + "thread, node, CASE WHEN fault_id % 10 = 0 THEN 'barrier_wait' ELSE 'mutex_lock' END,"
              + " CASE WHEN fault_id % 10 = 0 THEN 6299776 ELSE 6299648 END, 4198400, start_ns, start_ns + took // 2"
              + " FROM f WHERE fault_id % 5 = 0 ORDER BY start_ns");
      sql(
          "INSERT INTO critical_path "
              + run
              + "0, thread, min(start_ns), max(start_ns + took), 'start' FROM f WHERE thread = 0 GROUP BY thread");
    }
    if (level.equals("messages")) {
      sql(
          "INSERT INTO messages "
              + run
              + "seq, type, src, dst, bytes, sent_ns, handled_ns - 500, handled_ns, thread, page, 0 FROM m ORDER BY seq");
    }
    sql("DROP TABLE f");
    sql("DROP TABLE m");
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
