package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Traces and run stores of strangers: docs/security.md says what they cannot do. */
@Tag("end-to-end")
@Tag("reliability")
final class TrustTest {
  private static final String SCRIPT =
      "</title><script>alert(1)</script><img src=x onerror=alert(2)>";

  @TempDir static Path folder;
  private static Path trace;
  private static Path store;

  @BeforeAll
  static void prepare() {
    trace = folder.resolve("t.ptrace");
    store = folder.resolve("s.duckdb");
    ok(Shell.popcorn("popcorn-trace", "generate", "lock", "--rounds", 20, "-o", trace));
    ok(Shell.popcorn("popcorn-replay", "-q", "--nodes", 2, "--label", SCRIPT, "-o", store, trace));
  }

  private static void ok(Shell.Result result) {
    assertEquals(0, result.exitCode(), result.stderr());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COPY (SELECT 1) TO 'OUT'",
        "COPY runs FROM '/etc/passwd'",
        "ATTACH 'OUT' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT content FROM read_text('/etc/passwd')",
        "SELECT content FROM read_blob('/proc/self/environ')",
        "FROM '/etc/passwd'",
        "FROM 'http://127.0.0.1:9/x.csv'",
        "FROM glob('/etc/*')",
        "EXPORT DATABASE 'OUT'",
        "CREATE TABLE mine AS SELECT 1",
        "DELETE FROM runs",
        "SELECT 1; COPY (SELECT 1) TO 'OUT'",
        "SHOW TABLES; COPY (SELECT 1) TO 'OUT'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO 'OUT'",
        "PRAGMA database_list",
        "CALL pragma_version()"
      })
  void sqlReachesNothingButTheStore(String query) {
    Path out = folder.resolve("stolen");
    Shell.Result result =
        Shell.popcorn("popcorn-sql", store, query.replace("OUT", out.toString()), "--csv");
    assertEquals(2, result.exitCode(), result.stdout() + result.stderr());
    assertEquals("", result.stdout());
    assertFalse(Files.exists(out));
  }

  @Test
  void whoAsksForExternalAccessHasIt() throws IOException {
    Path csv = Files.writeString(folder.resolve("own.csv"), "a\n42\n");
    Shell.Result result =
        Shell.popcorn(
            "popcorn-sql",
            store,
            "SELECT a FROM read_csv('" + csv + "')",
            "--csv",
            "--allow-external-access");
    assertEquals("a\n42\n", result.stdout(), result.stderr());
  }

  /** A store whose table is a view that reads a file when it is asked. */
  private Path storeWithView(String name, String table) throws IOException, SQLException {
    Path hostile = Files.copy(store, folder.resolve(name));
    Files.writeString(folder.resolve("secret.txt"), "secret");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + hostile);
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER TABLE " + table + " RENAME TO kept");
      statement.execute(
          "CREATE VIEW "
              + table
              + " AS SELECT kept.* REPLACE ((SELECT content FROM read_text('"
              + folder.resolve("secret.txt")
              + "')) AS type) FROM kept");
    }
    return hostile;
  }

  @Test
  void aViewInAStoreReadsNoFileForQueryExportOrReport() throws IOException, SQLException {
    Path hostile = storeWithView("view.duckdb", "messages");
    Path out = folder.resolve("exported");
    for (Shell.Result result :
        new Shell.Result[] {
          Shell.popcorn("popcorn-sql", hostile, "FROM messages"),
          Shell.popcorn("popcorn-sql", hostile, "--export-parquet", out),
          Shell.popcorn("popcorn-report", hostile, "-o", folder.resolve("view-report")),
        }) {
      assertTrue(result.exitCode() == 2 || result.exitCode() == 3, result.stderr());
      assertFalse(result.stdout().contains("secret\n"), result.stdout());
      assertEquals(1, result.stderr().lines().count(), result.stderr());
    }
    assertFalse(Files.exists(out.resolve("run-000001")));
    assertFalse(Files.exists(folder.resolve("view-report")));
  }

  @Test
  void anExportWritesWhereItWasToldTo() {
    Path out = folder.resolve("parquet");
    ok(Shell.popcorn("popcorn-sql", store, "--export-parquet", out));
    assertTrue(Files.isRegularFile(out.resolve("run-000001/messages.parquet")));
    Shell.Result read =
        Shell.popcorn("popcorn-sql", out, "SELECT count(*) AS n FROM runs", "--csv");
    assertEquals("n\n1\n", read.stdout(), read.stderr());
  }

  @Test
  void whatATraceOrARunSaysIsTextInAReport() throws IOException {
    Path report = folder.resolve("report");
    ok(Shell.popcorn("popcorn-report", "--quiet", store, "-o", report));
    String page = Files.readString(report.resolve("index.html"));
    assertTrue(page.contains("&lt;script&gt;alert(1)"), "the label is not on the page");
    assertFalse(page.contains("<script>alert(1)"));
    assertFalse(page.contains("<img src=x"));
    assertFalse(page.matches("(?s).*(src|href)=\"?https?:.*"), "the page loads from a network");
  }

  private Path changedManifest(String name, String key, String value) throws IOException {
    Path hostile = Files.createDirectories(folder.resolve(name));
    try (var files = Files.list(trace)) {
      for (Path file : files.toList()) {
        Files.copy(file, hostile.resolve(file.getFileName()));
      }
    }
    Path manifest = hostile.resolve("manifest.json");
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = (ObjectNode) mapper.readTree(manifest.toFile());
    if (key.equals("files")) {
      ObjectNode files = (ObjectNode) root.get("files");
      files.set(value, files.remove("visits.arrows"));
    } else {
      root.put(key, value);
    }
    mapper.writeValue(manifest.toFile(), root);
    return hostile;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../../etc/passwd", "/etc/passwd", "visits.arrows\u0000", "x/../visits"})
  void namesInAManifestOpenNothing(String name) throws IOException {
    Path hostile = changedManifest("m" + Integer.toHexString(name.hashCode()), "files", name);
    Shell.Result result = Shell.popcorn("popcorn-replay", "--nodes", 2, hostile);
    assertEquals(3, result.exitCode(), result.stderr());
    assertEquals(1, result.stderr().lines().count(), result.stderr());
  }

  @Test
  void aProgramNameCannotDriveTheTerminal() throws IOException {
    Path hostile =
        changedManifest("escape.ptrace", "program", "\u001b]0;owned\u0007\u001b[2J" + SCRIPT);
    Shell.Result info = Shell.popcorn("popcorn-trace", "info", hostile);
    ok(info);
    assertFalse(info.stdout().contains("\u001b"), info.stdout());
    Path runs = folder.resolve("escape.duckdb");
    Shell.Result replayed = Shell.popcorn("popcorn-replay", "--nodes", 2, "-o", runs, hostile);
    ok(replayed);
    assertFalse(replayed.stdout().contains("\u001b"), replayed.stdout());
    Shell.Result rows = Shell.popcorn("popcorn-sql", runs, "summary");
    assertFalse(rows.stdout().contains("\u001b"), rows.stdout());
  }

  @Test
  void linksInPlaceOfFilesAreRefused() throws IOException {
    Path hostile = changedManifest("link.ptrace", "program", "x");
    Files.delete(hostile.resolve("maps.arrows"));
    Files.createSymbolicLink(hostile.resolve("maps.arrows"), Path.of("/etc/passwd"));
    Shell.Result result = Shell.popcorn("popcorn-trace", "info", hostile);
    assertEquals(3, result.exitCode(), result.stderr());
    assertTrue(result.stderr().contains("maps.arrows"), result.stderr());
  }
}
