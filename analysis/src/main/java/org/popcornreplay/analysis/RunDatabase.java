package org.popcornreplay.analysis;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import org.duckdb.DuckDBDriver;
import org.popcornreplay.replay.store.RunStore;
import org.popcornreplay.traces.cli.CommandException;

/**
 * A run store, or a folder of Parquet runs, open for reading. The tables of the store and the views
 * and macros of views.sql can be asked; nothing can be written, and SQL reaches no other file
 * unless {@link Access} says so.
 */
public final class RunDatabase implements AutoCloseable {
  private static final long POLL_MILLIS = 200;

  private final Path path;
  private final Connection connection;

  private RunDatabase(Path path, Connection connection) {
    this.path = path;
    this.connection = connection;
  }

  /**
   * Opens a run store file or a folder of Parquet runs.
   *
   * @throws CommandException when it is neither, or another process is writing it
   */
  public static RunDatabase open(Path path, Access access) {
    if (!Files.exists(path)) {
      throw CommandException.badInput(
          "run store: file=" + path + " does not exist, expected one written by popcorn-replay -o");
    }
    RunDatabase database = Files.isDirectory(path) ? openFolder(path) : openFile(path, access);
    try {
      database.prepare(access);
      return database;
    } catch (SQLException | RuntimeException e) {
      database.close();
      throw e instanceof SQLException sql ? RunStore.unusable(path, sql) : (RuntimeException) e;
    }
  }

  private static RunDatabase openFile(Path file, Access access) {
    RunStore.checkMagic(file);
    long deadline = System.nanoTime() + access.patience().toNanos();
    boolean told = false;
    while (true) {
      try {
        Connection connection = DriverManager.getConnection(RunStore.url(file), properties(true));
        RunDatabase database = new RunDatabase(file, connection);
        try (Statement statement = connection.createStatement()) {
          RunStore.checkVersion(file, statement);
        } catch (SQLException | CommandException e) {
          database.close();
          throw e;
        }
        return database;
      } catch (SQLException e) {
        if (!RunStore.isLocked(e)) {
          throw RunStore.unusable(file, e);
        }
        if (System.nanoTime() >= deadline) {
          throw CommandException.badInput(RunStore.heldLine(file, e), e);
        }
        if (!told) {
          access.notices().accept("waiting: " + RunStore.heldLine(file, e));
          told = true;
        }
        pause();
      }
    }
  }

  private static RunDatabase openFolder(Path folder) {
    try {
      Connection connection = DriverManager.getConnection("jdbc:duckdb:", properties(false));
      RunDatabase database = new RunDatabase(folder, connection);
      try (Statement statement = connection.createStatement()) {
        ParquetFolder.attach(folder, statement);
      } catch (SQLException | CommandException e) {
        database.close();
        throw e;
      }
      return database;
    } catch (SQLException e) {
      throw RunStore.unusable(folder, e);
    }
  }

  private static Properties properties(boolean readOnly) {
    Properties properties = new Properties();
    properties.setProperty(DuckDBDriver.DUCKDB_READONLY_PROPERTY, Boolean.toString(readOnly));
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("autoload_known_extensions", "false");
    properties.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
    return properties;
  }

  /** Adds the views, then takes away what a query must not do. */
  private void prepare(Access access) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(Sql.resource("views.sql"));
      statement.execute("SET memory_limit = " + Sql.text(access.memoryLimit()));
      if (access.threads() > 0) {
        statement.execute("SET threads = " + access.threads());
      }
      if (!access.external()) {
        statement.execute("SET temp_directory = ''");
        statement.execute("SET allowed_directories = " + allowed(access));
        statement.execute("SET enable_external_access = false");
      }
      statement.execute("SET lock_configuration = true");
    }
  }

  /** Of Parquet runs their folder, and the folder of an export. */
  private List<String> allowed(Access access) {
    return Stream.of(Files.isDirectory(path) ? path : null, access.writes())
        .filter(Objects::nonNull)
        .map(folder -> Sql.text(folder.toAbsolutePath().normalize() + "/"))
        .toList();
  }

  /** The file or folder. */
  public Path path() {
    return path;
  }

  /** The connection, for whoever reads results row by row. */
  public Connection connection() {
    return connection;
  }

  /** The whole result of a query, for small results. */
  public QueryResult ask(String query) {
    ReadOnly.check(this, query);
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return QueryResult.of(rows);
    } catch (SQLException e) {
      throw Sql.refused(path, e);
    }
  }

  /** The whole result of a named query, with parameters by name; others have their defaults. */
  public QueryResult ask(String name, Map<String, Long> parameters) {
    NamedQuery query = NamedQueries.get(name);
    bind(query, parameters);
    return ask(query.sql());
  }

  /** The run_ids in the store, in order. */
  public List<Long> runIds() {
    return ask("SELECT run_id FROM runs ORDER BY run_id").rows().stream()
        .map(row -> ((Number) row.get(0)).longValue())
        .toList();
  }

  /** Sets the variables that the SQL of a named query reads. */
  void bind(NamedQuery query, Map<String, Long> parameters) {
    List<Long> runs = runIds();
    if (runs.isEmpty()) {
      throw CommandException.badInput("run store: file=" + path + " holds no run, expected one");
    }
    try (Statement statement = connection.createStatement()) {
      for (NamedQuery.Parameter parameter : query.parameters()) {
        Long value = parameters.get(parameter.name());
        if (value == null) {
          value = parameter.defaultValue(runs.get(runs.size() - 1));
        }
        if (value == null && parameter.isRequired()) {
          throw CommandException.usage(
              query.name() + ": " + parameter.name() + " is missing, expected " + query.usage());
        }
        if (parameter.isRun() && value != null && !runs.contains(value)) {
          throw CommandException.usage(
              query.name()
                  + ": "
                  + parameter.name()
                  + "="
                  + value
                  + " is not in the store, expected one of "
                  + some(runs));
        }
        statement.execute("SET VARIABLE \"" + parameter.name() + "\" = " + value + "::BIGINT");
      }
    } catch (SQLException e) {
      throw Sql.refused(path, e);
    }
  }

  private static String some(List<Long> runs) {
    int shown = Math.min(20, runs.size());
    String list = String.join(", ", runs.subList(0, shown).stream().map(String::valueOf).toList());
    return shown < runs.size() ? list + " … " + runs.get(runs.size() - 1) : list;
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw RunStore.unusable(path, e);
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
