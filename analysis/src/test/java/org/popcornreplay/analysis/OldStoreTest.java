package org.popcornreplay.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.replay.store.SyntheticRun;

/** A store of every schema version that was ever released stays readable. */
final class OldStoreTest {
  @TempDir Path folder;

  private Path unpack(String name) throws Exception {
    Path file = folder.resolve(name);
    try (InputStream in =
        new GZIPInputStream(OldStoreTest.class.getResourceAsStream("/stores/" + name + ".gz"))) {
      Files.copy(in, file);
    }
    return file;
  }

  @Test
  void shouldReadSchemaVersionOne() throws Exception {
    try (RunDatabase database =
        RunDatabase.open(unpack("schema-1.duckdb"), Access.guarded(notice -> {}))) {
      assertEquals(List.of(1L, 2L), database.runIds());
      assertEquals(
          SyntheticRun.FALSE_PAGE, database.ask("hot-pages", Map.of("run", 1L)).value(0, "page"));
      assertEquals(
          208, database.ask("SELECT count(*) AS n FROM messages WHERE run_id = 1").number(0, "n"));
      for (String name : List.of("summary", "threads", "what-if", "critical-path", "speedup")) {
        NamedQuery query = NamedQueries.get(name);
        assertTrue(
            database.ask(name, query.parameters().isEmpty() ? Map.of() : Map.of("run", 1L)).size()
                > 0,
            name);
      }
    }
  }

  /** A change here means that hashes of old runs change, as when they came to be added exactly. */
  @Test
  void contentOfTheSampleIsUnchanged() throws Exception {
    try (RunDatabase database =
        RunDatabase.open(unpack("schema-1.duckdb"), Access.guarded(notice -> {}))) {
      assertEquals("0c38d0c034ddb099811548d1c6ea718a", ContentHash.of(database, 1));
      assertEquals("d109f7f55d8e07aa3dc6332feb99f2ba", ContentHash.of(database, 2));
    }
  }

  /** A run of summary level has no faults and messages; the queries still answer, with less. */
  @Test
  void everyQueryCopesWithARunOfSummaryLevel() throws Exception {
    try (RunDatabase database =
        RunDatabase.open(unpack("schema-1.duckdb"), Access.guarded(notice -> {}))) {
      for (String name : NamedQueries.names()) {
        Map<String, Long> parameters =
            switch (name) {
              case "compare" -> Map.of("run_a", 1L, "run_b", 2L);
              case "page-life" -> Map.of("page", SyntheticRun.FALSE_PAGE, "run", 2L);
              case "summary" -> Map.of();
              default -> Map.of("run", 2L);
            };
        QueryResult rows = database.ask(name, parameters);
        assertTrue(rows.columns().size() > 1, name);
      }
    }
  }
}
