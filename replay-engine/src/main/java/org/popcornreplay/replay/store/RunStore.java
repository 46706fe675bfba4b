package org.popcornreplay.replay.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.popcornreplay.traces.cli.CommandException;

/**
 * A DuckDB file that holds runs, open for writing. DuckDB lets one process write at a time; others
 * wait here until that one is done.
 */
public final class RunStore implements AutoCloseable {
  /** What {@code store_info} says of files that this version writes. */
  public static final int SCHEMA_VERSION = 2;

  /** The first version; runs can still be read from such files, and added to them. */
  private static final int OLDEST_SCHEMA_VERSION = 1;

  /** {@code store_info.format} of every run store. */
  public static final String FORMAT = "popcorn-replay run store";

  /** Lets every DuckDB since 1.2 open the file. */
  private static final String STORAGE_VERSION = "v1.2.0";

  /**
   * A quarter of DuckDB's default: small runs take a third of the space, large ones lose nothing.
   */
  private static final String BLOCK_BYTES = "65536";

  private static final long POLL_MILLIS = 200;
  private static final Pattern HOLDER = Pattern.compile("PID (\\d+)");
  private static final byte[] MAGIC = "DUCK".getBytes(StandardCharsets.US_ASCII);
  private static final int MAGIC_OFFSET = 8;

  private final Path file;
  private final DuckDBConnection connection;
  private StoreListener running;

  private RunStore(Path file, DuckDBConnection connection) {
    this.file = file;
    this.connection = connection;
  }

  /**
   * Opens a store, and makes it where there is none.
   *
   * @param patience how long to wait for another process that has the file open
   * @param notices where to say that we wait, and for whom
   * @throws CommandException when the file is no run store, or still held by another process
   */
  public static RunStore open(Path file, Duration patience, Consumer<String> notices) {
    checkName(file);
    NewStore.ensure(file, fresh -> prepare(new RunStore(fresh, connect(fresh, false))).close());
    checkMagic(file);
    long deadline = System.nanoTime() + patience.toNanos();
    boolean told = false;
    while (true) {
      try {
        DuckDBConnection connection = connect(file, false);
        return prepare(new RunStore(file, connection));
      } catch (SQLException e) {
        if (!isLocked(e)) {
          throw unusable(file, e);
        }
        if (System.nanoTime() >= deadline) {
          throw CommandException.badInput(heldLine(file, e), e);
        }
        if (!told) {
          notices.accept("waiting: " + heldLine(file, e));
          told = true;
        }
        pause();
      }
    }
  }

  /** A store in memory, for runs that leave as Parquet: no file, no lock. */
  public static RunStore inMemory() {
    Path nowhere = Path.of("(memory)");
    try {
      return prepare(
          new RunStore(
              nowhere, DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class)));
    } catch (SQLException e) {
      throw unusable(nowhere, e);
    }
  }

  /**
   * Writes a finished run as a folder of Parquet files; see {@link ParquetRuns#write}.
   *
   * @param asRunId the number that it gets there
   */
  public Path exportParquet(long runId, long asRunId, Path folder) {
    return ParquetRuns.write(connection, runId, asRunId, folder);
  }

  static DuckDBConnection connect(Path file, boolean readOnly) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("storage_compatibility_version", STORAGE_VERSION);
    properties.setProperty("default_block_size", BLOCK_BYTES);
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("autoload_known_extensions", "false");
    properties.setProperty(DuckDBDriver.DUCKDB_READONLY_PROPERTY, Boolean.toString(readOnly));
    DuckDBConnection connection =
        DriverManager.getConnection(url(file), properties).unwrap(DuckDBConnection.class);
    try (Statement statement = connection.createStatement()) {
      // A stranger's store may hold views and defaults that read files.
      statement.execute("SET enable_external_access = false");
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** What DuckDB's driver calls the file. */
  public static String url(Path file) {
    checkName(file);
    return "jdbc:duckdb:" + file.toAbsolutePath();
  }

  /** The driver would take what follows a semicolon for options. */
  private static void checkName(Path file) {
    if (file.toAbsolutePath().toString().indexOf(';') >= 0) {
      throw CommandException.badInput(
          "run store: file=" + file + ", expected a path without semicolons");
    }
  }

  /** Refuses a file that exists and is not a DuckDB file. */
  public static void checkMagic(Path file) {
    if (!Files.exists(file)) {
      return;
    }
    if (Files.isDirectory(file)) {
      throw CommandException.badInput(
          "run store: file=" + file + " is a directory, expected a file");
    }
    byte[] head = new byte[MAGIC_OFFSET + MAGIC.length];
    int read;
    try (InputStream in = Files.newInputStream(file)) {
      read = in.readNBytes(head, 0, head.length);
    } catch (IOException e) {
      throw CommandException.badInput("run store: file=" + file + " cannot be read: " + e, e);
    }
    if (read < head.length
        || !Arrays.equals(MAGIC, Arrays.copyOfRange(head, MAGIC_OFFSET, head.length))) {
      throw CommandException.badInput(
          "run store: file="
              + file
              + " is not a DuckDB file, expected one written by popcorn-replay -o");
    }
  }

  /** Whether the fault is that another process has the file open. */
  public static boolean isLocked(SQLException e) {
    String text = String.valueOf(e.getMessage());
    return text.contains("Could not set lock on file") || text.contains("Conflicting lock");
  }

  /** One line that says which process holds the file. */
  public static String heldLine(Path file, SQLException e) {
    Matcher holder = HOLDER.matcher(String.valueOf(e.getMessage()));
    return "run store: file="
        + file
        + " is open in "
        + (holder.find() ? "process " + holder.group(1) : "another process")
        + ", expected it to be free";
  }

  /** One line for a file that DuckDB cannot use. */
  public static CommandException unusable(Path file, SQLException e) {
    String text = String.valueOf(e.getMessage());
    int end = text.indexOf('\n');
    return CommandException.badInput(
        "run store: file="
            + file
            + " cannot be opened: "
            + (end < 0 ? text : text.substring(0, end)),
        e);
  }

  private static RunStore prepare(RunStore store) throws SQLException {
    try (Statement statement = store.connection.createStatement()) {
      long tables = number(statement, "SELECT count(*) FROM duckdb_tables()");
      if (tables == 0) {
        statement.execute("BEGIN TRANSACTION");
        statement.execute(schema());
        statement.execute(
            "INSERT INTO store_info VALUES ('format', '"
                + FORMAT
                + "'), ('schema_version', '"
                + SCHEMA_VERSION
                + "')");
        statement.execute("COMMIT");
      } else {
        checkVersion(store.file, statement);
      }
      return store;
    } catch (SQLException | RuntimeException e) {
      store.connection.close();
      throw e;
    }
  }

  /** Refuses a database that is no run store, or one of another version. */
  public static void checkVersion(Path file, Statement statement) throws SQLException {
    long info =
        number(statement, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'store_info'");
    if (info == 0) {
      throw CommandException.badInput(
          "run store: file=" + file + " has no table store_info, expected a run store");
    }
    String version = null;
    try (ResultSet rows =
        statement.executeQuery("SELECT value FROM store_info WHERE key = 'schema_version'")) {
      if (rows.next()) {
        version = rows.getString(1);
      }
    }
    if (!Integer.toString(SCHEMA_VERSION).equals(version)
        && !Integer.toString(OLDEST_SCHEMA_VERSION).equals(version)) {
      throw CommandException.badInput(
          "run store: file="
              + file
              + " has schema_version="
              + version
              + ", expected "
              + OLDEST_SCHEMA_VERSION
              + " or "
              + SCHEMA_VERSION
              + "; replay the trace into a new file");
    }
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** The statements that make the tables. */
  public static String schema() {
    try (InputStream in = RunStore.class.getResourceAsStream("schema.sql")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Begins a run; nobody sees it before {@link StoreListener#finish}. One run at a time.
   *
   * @param level how much of it to keep
   */
  public StoreListener beginRun(RecordLevel level) {
    if (running != null && running.isOpen()) {
      throw new IllegalStateException("a run is under way: run_id=" + running.runId());
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN TRANSACTION");
      long runId = number(statement, "SELECT coalesce(max(run_id), 0) + 1 FROM runs");
      running = new StoreListener(connection, runId, level);
      return running;
    } catch (SQLException e) {
      throw unusable(file, e);
    }
  }

  /** Closes the file; a run that is not finished is forgotten. */
  @Override
  public void close() {
    try {
      if (running != null) {
        running.close();
      }
      connection.close();
    } catch (SQLException e) {
      throw unusable(file, e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandException.badInput("run store: interrupted while waiting for the file", e);
    }
  }
}
