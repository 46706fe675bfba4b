package org.popcornreplay.analysis;

import java.nio.file.Path;
import java.time.Duration;
import org.popcornreplay.replay.store.RecordLevel;
import org.popcornreplay.replay.store.RunStore;
import org.popcornreplay.replay.store.StoreListener;
import org.popcornreplay.replay.store.SyntheticRun;

/** Run stores for tests. */
final class SampleStore {
  private SampleStore() {}

  /** A store with a run on two nodes and the same on one; see {@link SyntheticRun}. */
  static Path twoRuns(Path folder) {
    Path file = folder.resolve("runs.duckdb");
    write(file, new SyntheticRun(2, 4, 60, 1).label("two nodes"));
    write(file, new SyntheticRun(1, 4, 60, 1).label("one node"));
    return file;
  }

  static void write(Path file, SyntheticRun run) {
    try (RunStore store = RunStore.open(file, Duration.ZERO, notice -> {});
        StoreListener listener = store.beginRun(RecordLevel.MESSAGES)) {
      run.writeTo(listener);
    }
  }
}
