package org.popcornreplay.analysis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What the SQL of a caller may use.
 *
 * @param external whether it may read other files (and write them with COPY); never for stores of
 *     strangers
 * @param writes the one folder that may be written, or null; also where {@code external} is false
 * @param memoryLimit for DuckDB, such as {@code 1GiB}
 * @param threads of DuckDB, 0 for one a core
 * @param patience how long to wait for a process that is writing the store
 * @param notices where to say that we wait
 */
public record Access(
    boolean external,
    Path writes,
    String memoryLimit,
    int threads,
    Duration patience,
    Consumer<String> notices) {
  /** How long commands wait for a writer, unless told otherwise. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Memory of DuckDB unless told otherwise. */
  public static final String MEMORY_LIMIT = "800MiB";

  /** No other files, the usual limits. */
  public static Access guarded(Consumer<String> notices) {
    return new Access(false, null, MEMORY_LIMIT, 0, PATIENCE, notices);
  }
}
