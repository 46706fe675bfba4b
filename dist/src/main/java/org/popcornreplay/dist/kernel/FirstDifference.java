package org.popcornreplay.dist.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.replay.ReplayCommand;
import org.popcornreplay.traces.cli.CommandFrame;

/**
 * Where a direction and type of a row differs from the kernel: the pages that most such messages
 * are about, in the replay of seed 1 and in the kernel's traced run, and the first one of ours with
 * its number in the direction, page, thread and moment.
 */
final class FirstDifference {
  private static final int PAGES = 3;
  private static final int PAGE_BYTES = 4096;

  private final Path store;
  private final JsonNode kernelPages;

  private FirstDifference(Path store, JsonNode kernelPages) {
    this.store = store;
    this.kernelPages = kernelPages;
  }

  /** Replays the row once more, with its messages stored as {@code ROW.duckdb}. */
  static FirstDifference of(Path oracle, Path work, KernelRow row, List<String> replay) {
    Path store = work.resolve(row.file().replace(".json", ".duckdb"));
    try {
      Files.deleteIfExists(store);
      List<String> arguments = new ArrayList<>(replay);
      arguments.addAll(0, List.of("-o", store.toString(), "--record", "messages"));
      Output.captured(
          () -> CommandFrame.execute(new ReplayCommand(), arguments.toArray(String[]::new)));
      JsonNode runs = new ObjectMapper().readTree(oracle.resolve("runs/" + row.file()).toFile());
      return new FirstDifference(store, runs.path("traced_run").path("pages"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One line for a direction and type.
   *
   * @param key as in {@code 0>1 PAGE_INVALIDATE_REQUEST}
   */
  String line(String key) {
    int from = Integer.parseInt(key.substring(0, key.indexOf('>')));
    int to = Integer.parseInt(key.substring(key.indexOf('>') + 1, key.indexOf(' ')));
    String type = key.substring(key.indexOf(' ') + 1);
    Map<String, Long> kernel = new TreeMap<>();
    String prefix = from + "->" + to + " " + type;
    for (Map.Entry<String, JsonNode> page : kernelPages.properties()) {
      for (Map.Entry<String, JsonNode> messages : page.getValue().properties()) {
        // "0->1 REMOTE_PAGE_REQUEST_R": the type, and for some what kind of it.
        String kind = messages.getKey();
        if (kind.equals(prefix) || kind.matches(prefix + "_(R|W|res[0-9]+)")) {
          kernel.merge(page.getKey(), messages.getValue().asLong(), Long::sum);
        }
      }
    }
    return "first of ours: "
        + first(from, to, type)
        + "; by page, ours: "
        + pages(from, to, type)
        + "; kernel's traced run: "
        + largest(kernel);
  }

  private String first(int from, int to, String type) {
    String sql =
        """
        WITH link AS (SELECT *, row_number() OVER (ORDER BY seq) AS number
                      FROM messages WHERE src = ? AND dst = ?)
        SELECT number, thread, page, sent_ns FROM link WHERE type = ? ORDER BY number LIMIT 1
        """;
    List<String> found =
        query(
            sql,
            from,
            to,
            type,
            row ->
                String.format(
                    Locale.ROOT,
                    "message %d of %d>%d, thread %d%s, at %.3f ms",
                    row.getLong(1),
                    from,
                    to,
                    row.getLong(2),
                    row.getObject(3) == null
                        ? ""
                        : ", page " + Long.toHexString(row.getLong(3) * PAGE_BYTES),
                    row.getLong(4) / 1e6));
    return found.isEmpty() ? "none" : found.get(0);
  }

  private String pages(int from, int to, String type) {
    String sql =
        """
        SELECT page, count(*) AS n FROM messages WHERE src = ? AND dst = ? AND type = ?
        AND page IS NOT NULL GROUP BY page ORDER BY n DESC, page LIMIT %d
        """
            .formatted(PAGES);
    return joined(
        query(
            sql,
            from,
            to,
            type,
            row -> Long.toHexString(row.getLong(1) * PAGE_BYTES) + " " + row.getLong(2)));
  }

  private static String largest(Map<String, Long> counts) {
    return joined(
        counts.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(PAGES)
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .toList());
  }

  private static String joined(List<String> words) {
    return words.isEmpty() ? "none" : String.join(", ", words);
  }

  @FunctionalInterface
  private interface RowText {
    String of(ResultSet row) throws SQLException;
  }

  private List<String> query(String sql, int from, int to, String type, RowText text) {
    List<String> lines = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + store);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, from);
      statement.setInt(2, to);
      statement.setString(3, type);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          lines.add(text.of(rows));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return lines;
  }
}
