package org.popcornreplay.analysis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A hash of everything that a run's replay determines: all tables, without the run's number and the
 * wall clock's share (started_at, wall_ms). The order of rows does not matter: DuckDB adds numbers
 * of 64 bits exactly (in 128), those of UHUGEINT it would add as DOUBLE. Made with the hash
 * function of this version's DuckDB, so compare hashes of one version.
 */
final class ContentHash {
  private ContentHash() {}

  static String of(RunDatabase database, long runId) {
    List<String> tables =
        database
            .ask(
                "SELECT DISTINCT table_name FROM duckdb_columns() WHERE column_name = 'run_id'"
                    + " AND schema_name = 'main' AND database_name <> 'temp' ORDER BY table_name")
            .rows()
            .stream()
            .map(row -> row.get(0).toString())
            .toList();
    MessageDigest digest = sha256();
    for (String table : tables) {
      String without = table.equals("runs") ? "run_id, started_at, wall_ms" : "run_id";
      String words = wordsAsStrings(database, table);
      QueryResult sums =
          database.ask(
              "SELECT count(*) AS rows, coalesce(sum(hash(t) % 18446744073709551557), 0)::VARCHAR AS sum"
                  + " FROM (SELECT * EXCLUDE ("
                  + without
                  + ")"
                  + words
                  + " FROM "
                  + table
                  + " WHERE run_id = "
                  + runId
                  + ") t");
      String line = table + " " + sums.text(0, "rows") + " " + sums.text(0, "sum") + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }

  /** An ENUM has another hash than the string that it stands for in Parquet and in old stores. */
  private static String wordsAsStrings(RunDatabase database, String table) {
    List<String> words =
        database
            .ask(
                "SELECT column_name FROM duckdb_columns() WHERE table_name = '"
                    + table
                    + "' AND schema_name = 'main' AND data_type LIKE 'ENUM%' ORDER BY column_index")
            .rows()
            .stream()
            .map(row -> row.get(0) + "::VARCHAR AS " + row.get(0))
            .toList();
    return words.isEmpty() ? "" : " REPLACE (" + String.join(", ", words) + ")";
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
