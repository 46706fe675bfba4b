package org.popcornreplay.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popcornreplay.replay.store.RecordLevel;
import org.popcornreplay.replay.store.RunStore;
import org.popcornreplay.replay.store.StoreListener;
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

  @ParameterizedTest
  @ValueSource(strings = {"schema-1.duckdb", "schema-2.duckdb"})
  void shouldReadEverySchemaVersion(String sample) throws Exception {
    try (RunDatabase database = RunDatabase.open(unpack(sample), Access.guarded(notice -> {}))) {
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

  @Test
  void aRunAddedToAnOldStoreHasTheContentThatItHasInANewOne() throws Exception {
    Path old = unpack("schema-1.duckdb");
    Path fresh = folder.resolve("fresh.duckdb");
    for (Path file : List.of(old, fresh)) {
      try (RunStore store = RunStore.open(file, Duration.ZERO, notice -> {});
          StoreListener listener = store.beginRun(RecordLevel.MESSAGES)) {
        new SyntheticRun(2, 4, 60, 1).label("two nodes").writeTo(listener);
      }
    }
    try (RunDatabase added = RunDatabase.open(old, Access.guarded(notice -> {}));
        RunDatabase alone = RunDatabase.open(fresh, Access.guarded(notice -> {}))) {
      assertEquals(ContentHash.of(alone, 1), ContentHash.of(added, 3));
      assertEquals(
          "VARCHAR", added.ask("SELECT typeof(kind) AS t FROM faults LIMIT 1").text(0, "t"));
      assertEquals(
          List.of(List.of("write"), List.of("write")),
          List.of(
              added.ask("SELECT max(kind) FROM faults").rows().get(0),
              alone.ask("SELECT max(kind) FROM faults").rows().get(0)));
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
