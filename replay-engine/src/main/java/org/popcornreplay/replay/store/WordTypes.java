package org.popcornreplay.replay.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import org.duckdb.DuckDBConnection;

/** Which columns of words are an ENUM in this store; in files of version 1 none is. */
final class WordTypes {
  private final Map<String, String> enums = new TreeMap<>();

  /** Asks the database. */
  WordTypes(DuckDBConnection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT table_name, column_name, data_type FROM duckdb_columns()"
                    + " WHERE schema_name = 'main' AND data_type LIKE 'ENUM(%'")) {
      while (rows.next()) {
        enums.put(key(rows.getString(1), rows.getString(2)), rows.getString(3));
      }
    }
  }

  private static String key(String table, String column) {
    return table + "." + column;
  }

  /** The column as this store has it. */
  Column resolve(String table, Column column) {
    String type = enums.get(key(table, column.name()));
    return type == null || !column.isOfWords() ? column : column.label(type);
  }
}
