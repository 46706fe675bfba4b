package org.popcornreplay.reports;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.cli.ExitCode;

/** The whole report of invented runs, from the store to the files. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReportTest {
  private static final Pattern HEADING = Pattern.compile("<(h[123])>(.*?)</h[123]>");
  private static final Pattern TAG =
      Pattern.compile("<(/?[A-Za-z!][A-Za-z0-9]*)((?:\"[^\"]*\"|[^\">])*)>");
  private static final Pattern ATTRIBUTE = Pattern.compile("([A-Za-z-]+)=\"");
  private static final Pattern PRE =
      Pattern.compile("<pre><code>(.*?)</code></pre>", Pattern.DOTALL);
  private static final Pattern DATA = Pattern.compile("<data value=\"([^\"]*)\">");
  private static final Pattern REFERENCE =
      Pattern.compile("(?:src|srcset|href|action|data)=\"([^\"]{0,40})|url\\(([^)]{0,40})");
  private static final String HOSTILE =
      "\"><script>alert(1)</script><img src=x onerror=alert(1)>'</code></pre>&\u202Egnp.\u0007";

  @TempDir private static Path folder;

  private Path store;
  private Path report;
  private String page;

  @BeforeAll
  void writeOneReport() throws Exception {
    store = folder.resolve("runs.duckdb");
    try (StoreFixture runs = StoreFixture.create(store)) {
      runs.addRun(1, 1, 8, 0, "messages");
      runs.addRun(2, 2, 8, 4000, "messages");
      runs.addRun(3, 4, 8, 20_000, "messages");
    }
    report = folder.resolve("report");
    assertEquals(ExitCode.DONE, ReportCommand.run(store.toString(), "-o", report.toString()));
    page = Files.readString(report.resolve("index.html"));
  }

  @Test
  void tellsItsStoryInThisOrder() {
    List<String> headings = new ArrayList<>();
    Matcher found = HEADING.matcher(page);
    while (found.find()) {
      headings.add(found.group(1) + " " + found.group(2));
    }
    assertEquals(
        List.of(
            "h1 counters on 4 nodes",
            "h2 Where the time went",
            "h3 By thread",
            "h3 By node",
            "h3 Critical path",
            "h2 Speedup against nodes",
            "h2 Costliest pages, lines, objects and locks",
            "h3 Pages",
            "h3 False sharing, and what to do about it",
            "h3 Source lines",
            "h3 Objects",
            "h3 Locks",
            "h2 Pages over time",
            "h2 How long faults take",
            "h2 The life of one page",
            "h2 Messages",
            "h3 Over time",
            "h2 Traffic between nodes",
            "h2 The runs compared"),
        headings);
    assertFalse(page.contains("class=\"absent\""));
  }

  @Test
  void saysInItsHeadlineHowFastWhereTheTimeWentAndWhatToChange() {
    String text = plain(page.substring(page.indexOf("class=\"verdict\""), page.indexOf("<dl")));
    assertTrue(
        text.contains("On 4 nodes, counters takes 353 ms: 1.33 times faster than with"), text);
    assertTrue(text.contains("waiting for pages (faults)"), text);
    assertTrue(
        text.contains("First thing to change: std::map<int, long>::counts (page 0x602000)."), text);
    assertTrue(text.contains("by false sharing"), text);
  }

  @Test
  void writesAPictureForEachChart() throws Exception {
    Set<String> files = new TreeSet<>();
    try (Stream<Path> list = Files.list(report)) {
      list.forEach(path -> files.add(path.getFileName().toString()));
    }
    assertEquals(
        new TreeSet<>(
            Set.of(
                "index.html",
                "fault-latency.png",
                "heat-map.png",
                "messages-over-time.png",
                "messages.png",
                "runs.png",
                "speedup.png",
                "time-by-node.png",
                "time-by-thread.png",
                "traffic.png")),
        files);
    for (String file : files) {
      if (file.endsWith(".png")) {
        BufferedImage image = ImageIO.read(report.resolve(file).toFile());
        assertEquals(1920, image.getWidth(), file);
        assertTrue(image.getHeight() >= 200, file);
        assertEquals(0xFFFFFFFF, image.getRGB(0, 0), file);
        Set<Integer> colours = new HashSet<>();
        int drawn = 0;
        for (int y = 0; y < image.getHeight(); y += 2) {
          for (int x = 0; x < image.getWidth(); x += 2) {
            colours.add(image.getRGB(x, y));
            drawn += image.getRGB(x, y) != 0xFFFFFFFF ? 1 : 0;
          }
        }
        assertTrue(colours.size() > 20, file + " has colours: " + colours.size());
        assertTrue(drawn > 2000, file + " has pixels: " + drawn);
      }
    }
  }

  @Test
  void givesEveryPictureAnAlternativeTextAndFourVersions() {
    int pictures = count(page, "<picture>");
    assertEquals(9, pictures);
    assertEquals(pictures, count(page, "<img alt=\""));
    assertFalse(page.contains("alt=\"\""));
    assertEquals(3 * pictures, count(page, "<source media="));
    assertEquals(pictures, count(page, "<figcaption>"));
  }

  @Test
  void refersToNothingOutsideItself() {
    Matcher found = REFERENCE.matcher(page);
    while (found.find()) {
      String target = found.group(1) != null ? found.group(1) : found.group(2);
      assertTrue(target.startsWith("data:image/png;base64,") || target.startsWith("#"), target);
    }
    assertFalse(page.contains("://"));
    assertFalse(page.contains("<script"));
    assertFalse(page.contains("<link"));
    assertTrue(page.contains("default-src 'none'"));
  }

  @Test
  void showsTheSqlThatBringsEachNumberOfItsTables() throws Exception {
    Set<String> values = new HashSet<>();
    Properties readOnly = new Properties();
    readOnly.setProperty("duckdb.read_only", "true");
    int queries = 0;
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + store, readOnly);
        Statement statement = connection.createStatement()) {
      statement.execute(views());
      Matcher found = PRE.matcher(page);
      while (found.find()) {
        queries++;
        try (ResultSet rows = statement.executeQuery(unescaped(found.group(1)))) {
          int columns = rows.getMetaData().getColumnCount();
          while (rows.next()) {
            for (int i = 1; i <= columns; i++) {
              values.add(String.valueOf(rows.getObject(i)));
            }
          }
        }
      }
    }
    assertTrue(queries >= 15, "queries: " + queries);
    Matcher numbers = DATA.matcher(page);
    int shown = 0;
    while (numbers.find()) {
      shown++;
      assertTrue(values.contains(numbers.group(1)), "no query brings " + numbers.group(1));
    }
    assertTrue(shown > 300, "numbers: " + shown);
  }

  @Test
  void givesTheSameBytesForTheSameStore() throws Exception {
    Path again = folder.resolve("again");
    assertEquals(0, ReportCommand.run(store.toString(), "-o", again.toString(), "--quiet"));
    for (String file : List.of("index.html", "heat-map.png")) {
      assertArrayEquals(
          Files.readAllBytes(report.resolve(file)), Files.readAllBytes(again.resolve(file)), file);
    }
  }

  @Test
  void letsNothingFromATraceBecomeMarkup() throws Exception {
    Path hostile = folder.resolve("hostile.duckdb");
    try (StoreFixture runs = StoreFixture.create(hostile)) {
      runs.addRun(1, 4, 8, 4000, "messages");
      runs.addRun(2, 2, 8, 4000, "messages");
      for (Map.Entry<String, List<String>> table : textColumns(hostile, runs).entrySet()) {
        for (String column : table.getValue()) {
          runs.sql("UPDATE " + table.getKey() + " SET " + column + " = ? || " + column, HOSTILE);
          runs.sql(
              "UPDATE " + table.getKey() + " SET " + column + " = ? WHERE " + column + " IS NULL",
              HOSTILE);
        }
      }
      runs.sql("UPDATE runs SET record_level = 'messages'");
    }
    Path out = folder.resolve("hostile");
    assertEquals(
        0, ReportCommand.run(hostile.toString(), "-o", out.toString(), "--compare", "1", "2"));
    String text = Files.readString(out.resolve("index.html"));
    assertTrue(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assertFalse(text.contains("\u202E"));
    assertFalse(text.contains("\u0007"));
    assertEquals(tags(page), union(tags(page), tags(text)), "tags and attributes");
    assertFalse(text.contains("<script"));
    assertFalse(text.contains("<img src=x"));
    // A tag that text opened would leave the elements unbalanced.
    for (String element :
        List.of("section", "table", "td", "pre", "code", "details", "figure", "svg")) {
      assertEquals(
          count(text, "<" + element + ">") + count(text, "<" + element + " "),
          count(text, "</" + element + ">"),
          element);
    }
  }

  @Test
  void saysWhatASummaryCannotShow() throws Exception {
    Path summary = folder.resolve("summary.duckdb");
    try (StoreFixture runs = StoreFixture.create(summary)) {
      runs.addRun(7, 2, 4, 4000, "summary");
    }
    String text = written(summary, "summary");
    assertTrue(text.contains("this run was stored with --record summary"), text.substring(0, 300));
    assertTrue(
        text.contains("No curve: it needs runs of this trace on at least two numbers of nodes"));
    assertTrue(text.contains("<img alt=\"Bars: messages and bytes"));
    assertFalse(text.contains("<img alt=\"Heat map"));
  }

  @Test
  void aRunWithoutABaselineHasNoPointOnTheSpeedupCurve() throws Exception {
    Path store = folder.resolve("no-baseline.duckdb");
    try (StoreFixture runs = StoreFixture.create(store)) {
      for (int run = 1; run <= 3; run++) {
        runs.addRun(run, 1 << run, 4, 400, "summary");
      }
      runs.sql("UPDATE runs SET baseline_ns = NULL, speedup = NULL WHERE run_id = 2");
    }
    String text = written(store, "no-baseline");
    String curve = text.substring(text.indexOf("Line chart of speedup against nodes"));
    String described = curve.substring(0, curve.indexOf('"'));
    assertTrue(described.contains("on 2") && described.contains("on 8"), described);
    assertFalse(described.contains("on 4"), described);
    Path none = folder.resolve("no-baselines.duckdb");
    try (StoreFixture runs = StoreFixture.create(none)) {
      runs.addRun(1, 2, 4, 400, "summary");
      runs.addRun(2, 4, 4, 400, "summary");
      runs.sql("UPDATE runs SET baseline_ns = NULL, speedup = NULL");
    }
    String without = written(none, "no-baselines");
    assertTrue(without.contains("with their baseline, and the store has 0 such runs"));
  }

  @Test
  void showsARunWithoutFaultsOrMessages() throws Exception {
    Path quiet = folder.resolve("quiet.duckdb");
    try (StoreFixture runs = StoreFixture.create(quiet)) {
      runs.addRun(1, 1, 4, 0, "messages");
    }
    String text = written(quiet, "quiet");
    assertTrue(text.contains("On one node, <code>counters</code> takes 40.0 ms."));
    assertTrue(
        text.contains("No chart: this run sent no message, because there is one node only."));
    assertTrue(text.contains("No chart: no thread waited for a page in this run."));
    assertTrue(text.contains("No chart: there is one node only, so nobody to talk to."));
  }

  @Test
  void showsARunThatHasNothingAtAll() throws Exception {
    Path bare = folder.resolve("bare.duckdb");
    try (StoreFixture runs = StoreFixture.create(bare)) {
      runs.sql("INSERT INTO runs (run_id) VALUES (1)");
    }
    String text = written(bare, "bare");
    assertTrue(text.contains("A program on 0 nodes"));
    assertTrue(text.contains("The store holds no thread times of this run."));
  }

  @Test
  void comparesTwoRunsLargestChangeFirst() throws Exception {
    Path out = folder.resolve("compared");
    assertEquals(
        0, ReportCommand.run(store.toString(), "-o", out.toString(), "--compare", "2", "3"));
    String text = plain(Files.readString(out.resolve("index.html")));
    int start = text.indexOf("Run 2 against run 3");
    assertTrue(start > 0);
    assertTrue(text.indexOf("Messages by type, the largest change first", start) > start);
    assertTrue(text.indexOf("Pages whose fault time changed most", start) > start);
  }

  @Test
  void shouldShowTheFirstNamedRunInDetail() throws Exception {
    Path out = folder.resolve("named");
    assertEquals(0, ReportCommand.run("--run", "2", store.toString(), "-o", out.toString()));
    String text = Files.readString(out.resolve("index.html"));
    assertTrue(text.contains("<h1>counters on 2 nodes</h1>"));
    assertTrue(text.contains("No comparison: the report is about one run."));
  }

  private String written(Path from, String name) throws Exception {
    Path out = folder.resolve(name);
    assertEquals(0, ReportCommand.run(from.toString(), "-o", out.toString()));
    return Files.readString(out.resolve("index.html"), StandardCharsets.UTF_8);
  }

  /** What popcorn-sql adds to a store before it asks. */
  private static String views() throws IOException {
    try (InputStream in = ReportTest.class.getResourceAsStream("/sql/views.sql")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Map<String, List<String>> textColumns(Path file, StoreFixture runs)
      throws SQLException {
    Map<String, List<String>> columns = new TreeMap<>();
    for (String[] row :
        runs.rows(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type = 'VARCHAR'"
                + " AND table_name <> 'store_info' AND database_name = current_database()")) {
      columns.computeIfAbsent(row[0], t -> new ArrayList<>()).add(row[1]);
    }
    assertTrue(columns.size() >= 10, file + " has tables with text: " + columns.keySet());
    return columns;
  }

  /** Every element with every attribute that occurs. */
  private static Set<String> tags(String html) {
    Set<String> tags = new TreeSet<>();
    Matcher found = TAG.matcher(html);
    while (found.find()) {
      tags.add(found.group(1));
      Matcher attributes = ATTRIBUTE.matcher(found.group(2).replaceAll("=\"[^\"]*\"", "=\"\""));
      while (attributes.find()) {
        tags.add(found.group(1) + " " + attributes.group(1));
      }
    }
    tags.add("td title");
    tags.add("p class");
    return tags;
  }

  private static Set<String> union(Set<String> left, Set<String> right) {
    Set<String> both = new TreeSet<>(left);
    both.addAll(right);
    return both;
  }

  private static String plain(String html) {
    return unescaped(html.replaceAll("<[^>]*>", ""));
  }

  private static String unescaped(String html) {
    return html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
  }

  private static int count(String text, String part) {
    return (text.length() - text.replace(part, "").length()) / part.length();
  }
}
