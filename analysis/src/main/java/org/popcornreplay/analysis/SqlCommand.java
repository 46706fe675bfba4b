package org.popcornreplay.analysis;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.popcornreplay.analysis.perfetto.RunTimeline;
import org.popcornreplay.replay.store.ParquetRuns;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.CommandFrame;
import org.popcornreplay.traces.cli.ExitCode;
import org.popcornreplay.traces.cli.ProjectVersion;
import org.popcornreplay.traces.cli.StandardOutput;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** popcorn-sql: asks the run store. */
@Command(
    name = "popcorn-sql",
    description = {
      "Asks a run store, or a folder of Parquet runs, in SQL; never changes it.",
      "QUERY is SQL, the name of a query of --list, or - for SQL from standard input."
    },
    mixinStandardHelpOptions = true,
    versionProvider = ProjectVersion.class,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  popcorn-sql runs.duckdb hot-pages",
      "  popcorn-sql runs.duckdb compare 1 2 --csv",
      "  popcorn-sql runs.duckdb \"SELECT type, count(*) FROM messages GROUP BY type\"",
      "  popcorn-sql runs.duckdb --export-perfetto run.json",
      "  popcorn-sql runs.duckdb functions --fail-if \"function = 'push' AND write_faults > 100\"",
      "",
      "Exit codes: 0 done, 1 --fail-if holds, 2 wrong usage or query, 3 the store cannot be used."
    })
public final class SqlCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "STORE",
      description = "run store file, or folder of Parquet runs")
  private Path store;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "QUERY",
      description = "what to ask (default: summary)")
  private String query;

  @Parameters(
      index = "2..*",
      arity = "0..*",
      paramLabel = "ARGS",
      description = "parameters of a named query, in order or as NAME=VALUE")
  private List<String> arguments = List.of();

  @Option(
      names = "--list",
      description = "list the named queries; with QUERY: print its description and SQL")
  private boolean list;

  @Option(
      names = "--run",
      paramLabel = "ID",
      description = "the run that a named query is about (default: the latest)")
  private Long run;

  @Option(names = "--limit", paramLabel = "N", description = "rows of a named query at most")
  private Long limit;

  @ArgGroup private Layout layout = new Layout();

  /** How results are printed; at most one. */
  private static final class Layout {
    // The default; the option is there to be said.
    @SuppressWarnings("UnusedVariable")
    @Option(names = "--box", description = "as a table for people (default)")
    private boolean box;

    @Option(names = "--csv", description = "as CSV with a heading")
    private boolean csv;

    @Option(names = "--json", description = "as one JSON object a line")
    private boolean json;
  }

  @Option(
      names = "--fail-if",
      paramLabel = "CONDITION",
      description = "exit 1 when a row of the result satisfies this SQL condition")
  private String failIf;

  @Option(
      names = "--content-hash",
      description =
          "print a hash of each run's content, the same wherever and whenever it was replayed")
  private boolean contentHash;

  @Option(
      names = "--export-parquet",
      paramLabel = "DIR",
      description = "write runs (all, or --run ID) as DIR/run-ID/TABLE.parquet")
  private Path exportFolder;

  @Option(
      names = "--as-run",
      paramLabel = "N",
      description = "with --export-parquet --run: the run_id that the exported run gets")
  private Long asRun;

  @Option(
      names = "--export-perfetto",
      paramLabel = "FILE",
      description = {
        "write a run (the latest, or --run ID) as a timeline for ui.perfetto.dev:",
        "threads of each node, faults, waits and migrations, messages as arrows"
      })
  private Path timelineFile;

  @Option(
      names = "--from-ms",
      paramLabel = "MS",
      description = "with --export-perfetto: begin at this simulated time")
  private Double fromMillis;

  @Option(
      names = "--to-ms",
      paramLabel = "MS",
      description = "with --export-perfetto: end at this simulated time")
  private Double toMillis;

  @Option(
      names = "--allow-external-access",
      description = "let the query read and write other files (not for stores of strangers)")
  private boolean external;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      defaultValue = Access.MEMORY_LIMIT,
      description = "memory for the query (default: ${DEFAULT-VALUE})")
  private String memory;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "threads for the query (default: one a core)")
  private int threads;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "how long to wait for a process that writes the store (default: ${DEFAULT-VALUE})")
  private int waitSeconds;

  @Option(names = "--quiet", description = "no notices on standard error")
  private boolean quiet;

  // CommandFrame looks for this word itself; it stands here so that --help lists it.
  @SuppressWarnings("UnusedVariable")
  @Option(names = "--debug", description = "stack traces of errors")
  private boolean debug;

  private static final double LONGEST_MILLIS = 1e12;
  private static final int OUTPUT_BYTES = 1 << 16;

  private final PrintStream out;

  /**
   * The command.
   *
   * @param out where results go
   */
  public SqlCommand(PrintStream out) {
    this.out = out;
  }

  /** The command line. */
  public static void main(String[] args) {
    FileOutputStream standardOut = new FileOutputStream(FileDescriptor.out);
    PrintStream out =
        new PrintStream(
            new BufferedOutputStream(standardOut, OUTPUT_BYTES), false, StandardCharsets.UTF_8);
    int code = CommandFrame.execute(new SqlCommand(out), args);
    System.exit(out.checkError() ? StandardOutput.afterFailure("popcorn-sql", code) : code);
  }

  @Override
  public Integer call() throws IOException {
    if (list) {
      list();
      return ExitCode.DONE;
    }
    if (store == null) {
      throw CommandException.usage(
          "STORE is missing, expected a run store; see popcorn-sql --help");
    }
    try (RunDatabase database = RunDatabase.open(store, access())) {
      if (contentHash) {
        return hash(database);
      }
      if (exportFolder != null) {
        return export(database);
      }
      if (timelineFile != null) {
        return exportTimeline(database);
      }
      return ask(database);
    }
  }

  private Access access() {
    if (!memory.matches("[0-9]+(\\.[0-9]+)? ?([KMGT]i?B|[KMGT]B)")) {
      throw CommandException.usage("--memory=" + memory + ", expected a size such as 800MiB");
    }
    if (threads < 0 || threads > 1024) {
      throw CommandException.usage("--threads=" + threads + ", expected 0 to 1024");
    }
    if (waitSeconds < 0) {
      throw CommandException.usage("--wait=" + waitSeconds + ", expected 0 or more seconds");
    }
    Consumer<String> notices =
        quiet ? line -> {} : line -> System.err.println("popcorn-sql: " + line);
    return new Access(
        external,
        exportFolder,
        memory,
        threads,
        java.time.Duration.ofSeconds(waitSeconds),
        notices);
  }

  private void list() {
    // STORE is not needed to list, so the first word may be the query.
    String name = query != null ? query : store != null ? store.toString() : null;
    if (name != null) {
      out.print(NamedQueries.get(name).sql());
      return;
    }
    int width = 0;
    for (String each : NamedQueries.names()) {
      width = Math.max(width, NamedQueries.get(each).usage().length());
    }
    for (String each : NamedQueries.names()) {
      NamedQuery named = NamedQueries.get(each);
      out.println(named.usage() + " ".repeat(width + 2 - named.usage().length()) + named.line());
    }
  }

  private int ask(RunDatabase database) throws IOException {
    String sql = sql(database);
    ReadOnly.check(database, sql);
    try (Statement statement = database.connection().createStatement()) {
      ResultPrinter printer = printer();
      try (ResultSet rows = statement.executeQuery(sql)) {
        printer.print(rows, out);
      }
      out.flush();
      return failIf == null ? ExitCode.DONE : judge(statement, sql);
    } catch (SQLException e) {
      throw Sql.refused(store, cause(database, sql, e));
    }
  }

  /**
   * What really went wrong: DuckDB's driver forgets it when a streamed result fails before its
   * first row (out of memory, an unreadable block), so the query runs once more without its result.
   */
  private static SQLException cause(RunDatabase database, String sql, SQLException e) {
    if (!String.valueOf(e.getMessage()).contains("Invalid result set")) {
      return e;
    }
    try (Statement statement = database.connection().createStatement();
        ResultSet plan = statement.executeQuery("EXPLAIN ANALYZE " + sql)) {
      return new SQLException("IO Error: the result cannot be read", e);
    } catch (SQLException real) {
      return real;
    }
  }

  /** The text to run; parameters of a named query are bound. */
  private String sql(RunDatabase database) throws IOException {
    String word = query == null ? "summary" : query;
    if (word.equals("-")) {
      refuseArguments();
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    }
    if (!NamedQueries.has(word) && !word.matches("[A-Za-z][A-Za-z0-9-]*")) {
      refuseArguments();
      return word;
    }
    NamedQuery named = NamedQueries.get(word);
    database.bind(named, parameters(named));
    return named.sql();
  }

  private void refuseArguments() {
    if (!arguments.isEmpty()) {
      throw CommandException.usage(
          "argument="
              + arguments.get(0)
              + ", expected none after SQL; quote the query as one word");
    }
  }

  private Map<String, Long> parameters(NamedQuery named) {
    Map<String, Long> values = new LinkedHashMap<>();
    List<String> names = named.parameters().stream().map(NamedQuery.Parameter::name).toList();
    int position = 0;
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals > 0 ? argument.substring(0, equals) : null;
      if (name == null) {
        if (position == names.size()) {
          throw CommandException.usage("argument=" + argument + ", expected " + named.usage());
        }
        name = names.get(position++);
      }
      set(named, names, values, name, argument.substring(equals + 1));
    }
    if (run != null) {
      set(named, names, values, "run", run.toString());
    }
    if (limit != null) {
      set(named, names, values, "limit", limit.toString());
    }
    return values;
  }

  private static void set(
      NamedQuery named, List<String> names, Map<String, Long> values, String name, String text) {
    if (!names.contains(name)) {
      throw CommandException.usage(
          named.name()
              + ": parameter="
              + name
              + ", expected "
              + (names.isEmpty() ? "none" : "one of " + names));
    }
    try {
      long value = Long.decode(text);
      if (value < 0 || (name.equals("bins") && (value < 1 || value > 10_000))) {
        throw new NumberFormatException();
      }
      values.put(name, value);
    } catch (NumberFormatException e) {
      throw CommandException.usage(
          named.name()
              + ": "
              + name
              + "="
              + text
              + ", expected a whole number"
              + (name.equals("bins") ? " from 1 to 10000" : " of 0 or more"));
    }
  }

  private ResultPrinter printer() {
    if (layout.csv) {
      return new CsvPrinter();
    }
    return layout.json ? new JsonPrinter() : new BoxPrinter();
  }

  private int judge(Statement statement, String sql) throws SQLException {
    String inner = sql.strip().replaceAll(";\\s*$", "");
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT count(*), count(*) FILTER (WHERE ("
                + failIf
                + "\n)) FROM (\n"
                + inner
                + "\n)")) {
      rows.next();
      long matching = rows.getLong(2);
      if (matching == 0) {
        return ExitCode.DONE;
      }
      if (!quiet) {
        System.err.println(
            "popcorn-sql: fail-if: rows="
                + matching
                + " of "
                + rows.getLong(1)
                + ", expected none with "
                + failIf);
      }
      return ExitCode.ANSWER_IS_NO;
    } catch (SQLException e) {
      throw CommandException.usage("--fail-if=" + failIf + ": " + Sql.firstLines(e));
    }
  }

  private int hash(RunDatabase database) {
    for (long id : chosenRuns(database)) {
      out.println("run " + id + " " + ContentHash.of(database, id));
    }
    return ExitCode.DONE;
  }

  private int export(RunDatabase database) {
    if (asRun != null && run == null) {
      throw CommandException.usage("--as-run=" + asRun + ", expected together with --run");
    }
    if (asRun != null && asRun < 0) {
      throw CommandException.usage("--as-run=" + asRun + ", expected 0 or more");
    }
    for (long id : chosenRuns(database)) {
      long number = asRun == null ? id : asRun;
      Path there = exportFolder.resolve(ParquetRuns.folderName(number));
      out.println(
          isExported(database, id, there)
              ? there
              : ParquetRuns.write(database.connection(), id, number, exportFolder));
    }
    return ExitCode.DONE;
  }

  private int exportTimeline(RunDatabase database) {
    long from = nanos("--from-ms", fromMillis, 0);
    long to = nanos("--to-ms", toMillis, Long.MAX_VALUE);
    if (from >= to) {
      throw CommandException.usage("--to-ms=" + toMillis + ", expected more than --from-ms");
    }
    List<Long> runs = chosenRuns(database);
    if (runs.isEmpty()) {
      throw CommandException.badInput("run store: file=" + store + " holds no run, expected one");
    }
    long id = runs.get(runs.size() - 1);
    long startNanos = System.nanoTime();
    long count = new RunTimeline(database, id, from, to).write(timelineFile);
    if (!quiet) {
      System.err.printf(
          Locale.ROOT,
          "popcorn-sql: run %d with %d events written to %s, %.2f s%n",
          id,
          count,
          timelineFile,
          (System.nanoTime() - startNanos) / 1e9);
    }
    return ExitCode.DONE;
  }

  private static long nanos(String option, Double millis, long otherwise) {
    if (millis == null) {
      return otherwise;
    }
    if (!(millis >= 0 && millis <= LONGEST_MILLIS)) {
      throw CommandException.usage(
          option + "=" + millis + ", expected 0 to " + (long) LONGEST_MILLIS);
    }
    return Math.round(millis * 1e6);
  }

  /** Whether the folder is this run already, as after an export that was interrupted. */
  private boolean isExported(RunDatabase database, long id, Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (RunDatabase exported = RunDatabase.open(folder, access())) {
      List<Long> runs = exported.runIds();
      return runs.size() == 1
          && ContentHash.of(exported, runs.get(0)).equals(ContentHash.of(database, id));
    } catch (CommandException e) {
      return false; // something else is there, and the export says so
    }
  }

  private List<Long> chosenRuns(RunDatabase database) {
    List<Long> runs = database.runIds();
    if (run == null) {
      return runs;
    }
    if (!runs.contains(run)) {
      throw CommandException.usage(
          "--run=" + run + " is not in the store, expected one of " + runs);
    }
    return List.of(run);
  }
}
