package org.popcornreplay.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.popcornreplay.replay.store.RunStore;

/** docs/sql-schema.md says what is there, and only that. */
final class SchemaDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "sql-schema.md");

  private static Map<String, List<String>> documented() throws IOException {
    Map<String, List<String>> tables = new LinkedHashMap<>();
    String heading = "";
    for (String line : Files.readAllLines(DOCUMENT)) {
      if (line.startsWith("## ")) {
        heading = line.substring(3);
      } else if (line.startsWith("| ")
          && !line.startsWith("| ---")
          && !line.startsWith("| column ")) {
        String[] cells = line.split(" \\| ", 2);
        assertTrue(cells[1].length() > 2, "explained: " + line);
        tables.computeIfAbsent(heading, h -> new ArrayList<>()).add(cells[0].substring(2));
      }
    }
    return tables;
  }

  private static Map<String, List<String>> actual() throws SQLException {
    Map<String, List<String>> tables = new LinkedHashMap<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(RunStore.schema());
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY table_oid, column_index")) {
        while (rows.next()) {
          tables.computeIfAbsent(rows.getString(1), t -> new ArrayList<>()).add(rows.getString(2));
        }
      }
    }
    return tables;
  }

  @Test
  void everyTableAndColumnIsExplainedInOrder() throws Exception {
    Map<String, List<String>> documented = documented();
    Map<String, List<String>> actual = actual();
    for (Map.Entry<String, List<String>> table : actual.entrySet()) {
      assertEquals(table.getValue(), documented.get(table.getKey()), table.getKey());
    }
    List<String> headings = new ArrayList<>(documented.keySet());
    headings.removeAll(List.of("Views and macros of popcorn-sql", "Named queries"));
    assertEquals(List.copyOf(actual.keySet()), headings);
  }

  @Test
  void everyNamedQueryIsListedWithItsParameters() throws Exception {
    List<String> usages =
        NamedQueries.names().stream().map(n -> NamedQueries.get(n).usage()).toList();
    assertEquals(
        usages,
        documented().get("Named queries").stream().filter(n -> !n.equals("query")).toList());
  }

  @Test
  void everyParameterThatAQueryReadsIsDeclared() {
    for (String name : NamedQueries.names()) {
      NamedQuery query = NamedQueries.get(name);
      List<String> declared = query.parameters().stream().map(NamedQuery.Parameter::name).toList();
      java.util.regex.Matcher used =
          java.util.regex.Pattern.compile("getvariable\\('(\\w+)'\\)").matcher(query.sql());
      java.util.Set<String> read = new java.util.TreeSet<>();
      while (used.find()) {
        read.add(used.group(1));
      }
      assertEquals(new java.util.TreeSet<>(declared), read, name);
    }
  }
}
