package org.popcornreplay.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popcornreplay.replay.store.SyntheticRun;
import org.popcornreplay.traces.cli.CommandFrame;

final class SqlCommandTest {
  @TempDir static Path shared;
  private static String store;
  @TempDir Path folder;
  private String out;
  private String err;

  @BeforeAll
  static void makeStore() {
    store = SampleStore.twoRuns(shared).toString();
  }

  private int run(String... args) {
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    PrintStream realErr = System.err;
    System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    try (PrintStream printer = new PrintStream(outBytes, false, StandardCharsets.UTF_8)) {
      return CommandFrame.execute(new SqlCommand(printer), args);
    } finally {
      System.setErr(realErr);
      out = outBytes.toString(StandardCharsets.UTF_8);
      err = errBytes.toString(StandardCharsets.UTF_8);
    }
  }

  @Test
  void shouldListEveryNamedQueryWithALine() {
    assertEquals(0, run("--list"));
    for (String name : NamedQueries.names()) {
      assertTrue(out.lines().anyMatch(line -> line.startsWith(name + " ")), name);
    }
  }

  @Test
  void shouldPrintTheSqlOfANamedQuery() {
    assertEquals(0, run("--list", "hot-pages"));
    assertTrue(out.contains("-- hot-pages: ") && out.contains("SELECT p.page"), out);
  }

  @Test
  void namedQueriesAskAboutTheLatestRunUnlessToldOtherwise() {
    run(store, "traffic", "--csv");
    assertEquals(1, out.lines().count(), "run 2 is on one node");
    run(store, "traffic", "1", "--csv");
    assertEquals(3, out.lines().count());
    String positional = out;
    run(store, "traffic", "--run", "1", "--csv");
    assertEquals(positional, out);
    run(store, "traffic", "run=1", "--csv");
    assertEquals(positional, out);
  }

  @Test
  void csvQuotesWhatNeedsIt() {
    assertEquals(
        0,
        run(
            store,
            "SELECT 'a,b' AS x, 'say \"hi\"' AS y, NULL AS z, 1.5::DOUBLE AS n, '' AS e",
            "--csv"));
    assertEquals("x,y,z,n,e\n\"a,b\",\"say \"\"hi\"\"\",,1.5,\"\"\n", out);
  }

  @Test
  void jsonIsOneObjectALine() {
    assertEquals(
        0,
        run(
            store,
            "SELECT 'q\"\\' AS s, [1, NULL, 3] AS l, 12345678901.0::DOUBLE AS d, true AS b, NULL AS n",
            "--json"));
    assertEquals(
        "{\"s\": \"q\\\"\\\\\", \"l\": [1, null, 3], \"d\": 12345678901, \"b\": true, \"n\": null}\n",
        out);
  }

  @Test
  void boxAlignsNumbersToTheRightAndHidesControlCharacters() {
    assertEquals(0, run(store, "SELECT 7 AS number, 'a' || chr(27) || '[31m' AS text"));
    assertEquals("number  text\n------  ------\n     7  a?[31m\n", out);
  }

  @Test
  void shouldReadSqlFromStandardInput() {
    InputStream real = System.in;
    System.setIn(
        new ByteArrayInputStream(
            "SELECT count(*) AS n FROM runs;".getBytes(StandardCharsets.UTF_8)));
    try {
      assertEquals(0, run(store, "-", "--csv"));
    } finally {
      System.setIn(real);
    }
    assertEquals("n\n2\n", out);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM runs",
        "INSERT INTO runs (run_id) VALUES (9)",
        "UPDATE runs SET label = 'x'",
        "DROP TABLE runs",
        "CREATE TABLE t (x INTEGER)",
        "CREATE TEMP TABLE t (x INTEGER)",
        "ALTER TABLE runs ADD COLUMN x INTEGER",
        "COPY (SELECT 1) TO '/tmp/popcorn-must-not-exist.csv'",
        "ATTACH '/tmp/popcorn-must-not-exist.duckdb'",
        "EXPORT DATABASE '/tmp/popcorn-must-not-exist'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '100GB'",
        "PRAGMA threads = 1",
        "CHECKPOINT",
        "SELECT 1; DELETE FROM runs",
        "SELECT 1; COPY (SELECT 1) TO '/tmp/popcorn-must-not-exist.csv'",
        "EXPLAIN ANALYZE DELETE FROM runs",
        "SHOW TABLES; DELETE FROM runs",
        "/* SELECT */ DELETE FROM runs",
        "WITH x AS (SELECT 1) DELETE FROM runs"
      })
  void shouldRefuseAQueryThatWrites(String query) {
    assertEquals(2, run(store, query), query);
    assertEquals(1, err.lines().count(), err);
    assertEquals("", out);
    assertFalse(Files.exists(Path.of("/tmp/popcorn-must-not-exist.csv")));
    run(store, "SELECT count(*) AS n FROM runs", "--csv");
    assertEquals("n\n2\n", out);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM read_csv('/etc/passwd')",
        "FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "FROM read_parquet('https://127.0.0.1/x.parquet')",
        "SELECT * FROM sniff_csv('/etc/passwd')"
      })
  void shouldReachNoOtherFile(String query) {
    assertEquals(2, run(store, query), query);
    assertEquals("", out);
    assertEquals(1, err.lines().count(), err);
  }

  @Test
  void otherFilesNeedTheOption() throws Exception {
    Path csv = Files.writeString(folder.resolve("more.csv"), "a,b\n1,2\n");
    assertEquals(
        0,
        run(
            store,
            "SELECT a + b AS s FROM read_csv('" + csv + "')",
            "--csv",
            "--allow-external-access"));
    assertEquals("s\n3\n", out);
  }

  @Test
  void statementsThatOnlyReadAreFine() {
    for (String query :
        new String[] {
          "FROM runs",
          "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
          "DESCRIBE runs",
          "SUMMARIZE runs",
          "SHOW TABLES",
          "EXPLAIN SELECT 1",
          "VALUES (1)",
          "PIVOT traffic ON src USING sum(bytes)",
          "SELECT 1;"
        }) {
      assertEquals(0, run(store, query), query + ": " + err);
    }
  }

  @Test
  void failIfEndsWithOneWhenARowMatches() {
    assertEquals(
        1,
        run(
            store,
            "functions",
            "1",
            "--fail-if",
            "function = 'count_left' AND write_faults > 100"));
    assertTrue(err.startsWith("popcorn-sql: fail-if: rows=1 of "), err);
    assertEquals(
        0,
        run(
            store,
            "functions",
            "1",
            "--fail-if",
            "function = 'count_left' AND write_faults > 100000"));
    assertEquals(2, run(store, "functions", "1", "--fail-if", "no_such_column > 1"));
    assertTrue(err.contains("--fail-if=no_such_column > 1"), err);
    assertEquals(1, run(store, "--fail-if", "run_id = 2"));
  }

  @Test
  void wrongUsageIsOneLineAndExitTwo() {
    String[][] wrong = {
      {store, "hot-pagse"},
      {store, "hot-pages", "x"},
      {store, "hot-pages", "-5"},
      {store, "hot-pages", "1", "2", "3"},
      {store, "hot-pages", "--run", "99"},
      {store, "summary", "--run", "1"},
      {store, "compare", "1"},
      {store, "page-life"},
      {store, "timeline", "1", "0"},
      {store, "SELECT 1", "extra"},
      {store, "SELEC 1"},
      {store, ""},
      {store, "SELECT no_such FROM runs"},
      {store, "--memory", "lots"},
      {store, "--threads", "-1"},
      {store, "--csv", "--json"},
      {store, "--no-such-option"},
      {},
    };
    for (String[] args : wrong) {
      assertEquals(2, run(args), String.join(" ", args));
      assertEquals("", out, String.join(" ", args));
    }
  }

  @Test
  void unusableStoresAreOneLineAndExitThree() throws Exception {
    Path text =
        Files.writeString(folder.resolve("a.txt"), "no database, but longer than twelve bytes");
    Path emptyFolder = Files.createDirectory(folder.resolve("empty"));
    byte[] whole = Files.readAllBytes(Path.of(store));
    Path cut = Files.write(folder.resolve("cut.duckdb"), java.util.Arrays.copyOf(whole, 5_000));
    Path empty = Files.createFile(folder.resolve("zero.duckdb"));
    for (String file :
        new String[] {
          text.toString(),
          emptyFolder.toString(),
          cut.toString(),
          empty.toString(),
          folder + "/none"
        }) {
      assertEquals(3, run(file, "summary"), file);
      assertEquals(1, err.lines().count(), err);
      assertTrue(err.contains(file), err);
    }
  }

  @Test
  void contentHashDependsOnTheContentOnly() {
    assertEquals(0, run(store, "--content-hash"));
    String[] hashes = out.split("\n", -1);
    assertEquals(3, hashes.length);
    Path other = folder.resolve("other.duckdb");
    SampleStore.write(other, new SyntheticRun(1, 4, 60, 1).label("one node"));
    SampleStore.write(other, new SyntheticRun(1, 4, 60, 2).label("one node"));
    run(other.toString(), "--content-hash");
    assertEquals(
        hashes[1].substring("run 2 ".length()),
        out.split("\n", -1)[0].substring("run 1 ".length()));
    assertFalse(out.split("\n", -1)[1].endsWith(hashes[1].substring("run 2 ".length())));
  }

  @Test
  void contentHashDoesNotDependOnTheOrderOfRows() throws Exception {
    assertEquals(hashWithWakes("asc.duckdb", "i"), hashWithWakes("desc.duckdb", "i DESC"));
  }

  private String hashWithWakes(String name, String order) throws Exception {
    Path file = folder.resolve(name);
    SampleStore.write(file, new SyntheticRun(1, 4, 60, 1).label("one node"));
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO wakes SELECT 1, i, i, 'join', i, i FROM range(20000) t(i) ORDER BY "
              + order);
    }
    assertEquals(0, run(file.toString(), "--content-hash"), err);
    return out;
  }

  @Test
  void exportedRunsAnswerLikeTheStore() {
    Path parquet = folder.resolve("parquet");
    assertEquals(0, run(store, "--export-parquet", parquet.toString()), err);
    assertEquals(parquet.resolve("run-000001") + "\n" + parquet.resolve("run-000002") + "\n", out);
    for (String[] query :
        new String[][] {
          {"summary"},
          {"messages", "1"},
          {"hot-pages", "1"},
          {"false-sharing", "1"},
          {"critical-path", "1"},
          {"locks", "1"},
          {"compare", "1", "2"}
        }) {
      String[] fromStore = concat(store, query);
      String[] fromFolder = concat(parquet.toString(), query);
      assertEquals(0, run(fromStore));
      String expected = out;
      assertEquals(0, run(fromFolder), err);
      assertEquals(expected, out, query[0]);
    }
    assertEquals(0, run(store, "--content-hash"));
    String expected = out;
    assertEquals(0, run(parquet.toString(), "--content-hash"), err);
    assertEquals(expected, out);
    assertEquals(2, run(parquet.toString(), "DELETE FROM runs"));
    assertEquals(2, run(parquet.toString(), "COPY (SELECT 1) TO '" + parquet + "/x.csv'"));
    assertEquals(2, run(parquet.toString(), "SELECT * FROM read_csv('/etc/passwd')"));
  }

  @Test
  void anExportGoesOnWhereItWasInterruptedAndWritesOverNothingElse() throws Exception {
    Path parquet = folder.resolve("parquet");
    assertEquals(0, run(store, "--export-parquet", parquet.toString(), "--run", "1"), err);
    assertEquals(0, run(store, "--export-parquet", parquet.toString()), err);
    assertEquals(parquet.resolve("run-000001") + "\n" + parquet.resolve("run-000002") + "\n", out);
    String[] otherRun = {
      store, "--export-parquet", parquet.toString(), "--run", "2", "--as-run", "1"
    };
    assertEquals(3, run(otherRun));
    assertTrue(err.contains("run-000001 exists, expected a new one"), err);
    Files.delete(parquet.resolve("run-000001/runs.parquet"));
    assertEquals(3, run(store, "--export-parquet", parquet.toString()));
    assertTrue(err.contains("run-000001 exists, expected a new one"), err);
  }

  @Test
  void exportedRunsCanGetOtherNumbers() {
    Path parquet = folder.resolve("parquet");
    assertEquals(
        0, run(store, "--export-parquet", parquet.toString(), "--run", "1", "--as-run", "77"), err);
    assertEquals(0, run(parquet.toString(), "SELECT DISTINCT run_id FROM messages", "--csv"));
    assertEquals("run_id\n77\n", out);
    assertEquals(2, run(store, "--export-parquet", parquet.toString(), "--as-run", "78"));
    assertEquals(2, run(store, "--export-parquet", parquet.toString(), "--run", "9"));
  }

  @Test
  void twoRunsOfOneNumberInAFolderAreRefused() throws Exception {
    Path parquet = folder.resolve("parquet");
    run(store, "--export-parquet", parquet.toString(), "--run", "1");
    Path copy = Files.createDirectory(parquet.resolve("copy"));
    Files.copy(parquet.resolve("run-000001/runs.parquet"), copy.resolve("runs.parquet"));
    assertEquals(3, run(parquet.toString(), "summary"));
    assertTrue(err.contains("two runs with run_id=1"), err);
  }

  private static String[] concat(String first, String[] rest) {
    String[] all = new String[rest.length + 2];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    all[all.length - 1] = "--csv";
    return all;
  }
}
