package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.thread.SyncCensus;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;
import org.popcornreplay.traces.generate.ThreadBuilder;
import org.popcornreplay.traces.generate.TraceBuilder;

/** The largest runs: nodes, threads, pages. */
class LimitsTest {
  private static final int NODES = 1024;
  private static final int THREADS = 4096;

  @TempDir Path dir;

  private static Replay run(Path path, int nodes, CostProfile profile, int pageBytes) {
    RunRequest request =
        new RunRequest(nodes, "round-robin", profile, Options.FAITHFUL, -1, false, pageBytes, 1);
    try (TraceReader trace = TraceReader.open(path)) {
      SyncCensus census = SyncCensus.of(Replay.threadCount(trace), trace::events);
      Replay run = new Replay(trace, request, census, new RunListener() {}).execute();
      assertNull(run.impasse());
      assertEquals(0, run.threadsLeft());
      return run;
    }
  }

  private Path privateWork(int workers) throws IOException {
    Path path = dir.resolve("private" + workers);
    GeneratedTrace.write(path, Pattern.PRIVATE, new PatternOptions(workers, 1, 4, 1000, 0, 1));
    return path;
  }

  @Test
  void everyThreadOfFourThousandRunsOnItsNodeOfAThousand() throws IOException {
    Path path = privateWork(THREADS - 1);
    Replay run = run(path, NODES, ProfileFile.load("tcp-10g-nodelay"), 4096);
    boolean[] used = new boolean[NODES];
    int remote = 0;
    for (int t = 0; t < THREADS; t++) {
      used[run.startNode(t)] = true;
      remote += run.startNode(t) != 0 ? 1 : 0;
    }
    for (int n = 0; n < NODES; n++) {
      assertTrue(used[n], "node " + n);
    }
    // Each remote thread goes there and back, and its page is fetched once.
    assertEquals(2L * remote, run.migrations());
    long forward = 0;
    for (int n = 1; n < NODES; n++) {
      forward += run.traffic().count(0, n, MessageType.TASK_MIGRATE);
    }
    assertEquals(remote, forward);
  }

  @Test
  void oneThreadMoreIsRefused() throws IOException {
    Path path = privateWork(THREADS);
    CommandException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            CommandException.class, () -> run(path, 2, ProfileFile.load("ideal"), 4096));
    assertEquals(3, e.exitCode());
    assertTrue(e.getMessage().contains("threads=4097, expected at most 4096"), e.getMessage());
  }

  @Test
  void aThreadOfMoreInstructionsThanTimesCanTellIsRefused() throws IOException {
    Path path = dir.resolve("long");
    try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
      long data = trace.region("data", 1);
      ThreadBuilder main = trace.mainThread();
      main.compute(TraceReader.MAX_INSTRUCTIONS + 1).write(data);
      trace.finish();
    }
    CommandException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            CommandException.class, () -> run(path, 2, ProfileFile.load("ideal"), 4096));
    assertEquals(3, e.exitCode());
    assertTrue(e.getMessage().contains("expected at most 9007199254740992"), e.getMessage());
  }

  @Test
  void aThousandReadersOfAPageAreInvalidatedByItsWriterOnce() throws IOException {
    Path path = dir.resolve("readers");
    try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
      long data = trace.region("data", 1);
      ThreadBuilder main = trace.mainThread();
      main.write(data);
      ThreadBuilder[] workers = new ThreadBuilder[NODES];
      for (int w = 0; w < NODES; w++) {
        workers[w] = trace.spawn(main, "worker");
        workers[w].read(data);
      }
      for (ThreadBuilder worker : workers) {
        worker.exit();
        main.join(worker);
      }
      main.write(data);
      trace.finish();
    }
    Replay run = run(path, NODES, ProfileFile.load("ideal"), 4096);
    long invalidations = 0;
    for (int n = 1; n < NODES; n++) {
      invalidations += run.traffic().count(0, n, MessageType.PAGE_INVALIDATE_REQUEST);
    }
    assertEquals(NODES - 1, invalidations);
  }

  @Test
  void twoLinesAreApartOnlyOnPagesThatEndBetweenThem() throws IOException {
    // Two workers write their own 64 bytes, so far apart; a page that holds both goes to and fro.
    for (int apart : new int[] {64, 1024, 4096, 65_536, 1 << 20}) {
      Path path = dir.resolve("apart" + apart);
      try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
        long data = trace.region("data", 1024);
        ThreadBuilder main = trace.mainThread();
        ThreadBuilder one = trace.spawn(main, "one");
        ThreadBuilder two = trace.spawn(main, "two");
        for (int i = 0; i < 50; i++) {
          one.write(data).compute(100_000);
          two.write(data + apart).compute(100_000);
        }
        one.exit();
        two.exit();
        main.join(one).join(two);
        trace.finish();
      }
      CostProfile profile = ProfileFile.load("ideal").with(ProfileKey.LINK_LATENCY, "100");
      for (int pageBytes = 64; pageBytes <= 1 << 21; pageBytes *= 2) {
        long upgrades = run(path, 2, profile, pageBytes).traffic().messages();
        boolean together = pageBytes > apart;
        String what = apart + " bytes apart, pages of " + pageBytes + ": " + upgrades;
        assertEquals(together, upgrades > 100, what);
      }
    }
  }
}
