package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.thread.SyncCensus;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.generate.ThreadBuilder;
import org.popcornreplay.traces.generate.TraceBuilder;

/** Threads that wait for each other through plain memory, and the end of a process. */
class MemoryOrderTest {
  private static final int NANOSLEEP = 35;
  private static final int PAGE = TraceBuilder.PAGE_BYTES;
  private static final long NAP_NANOS = 20_000_000;

  @TempDir Path dir;

  private Replay run(Consumer<TraceBuilder> script) throws IOException {
    Path path = dir.resolve("trace");
    try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
      script.accept(trace);
      trace.finish();
    }
    CostProfile profile = ProfileFile.load("dex-ib56");
    RunRequest request = new RunRequest(1, "origin", profile, Options.FAITHFUL, 1, false, PAGE, 1);
    try (TraceReader trace = TraceReader.open(path)) {
      SyncCensus census = SyncCensus.of(Replay.threadCount(trace), trace::events);
      return new Replay(trace, request, census, new RunListener() {}).checked(true).execute();
    }
  }

  private static void nap(ThreadBuilder thread) {
    thread.at("nap", "n.c", 1).syscall(NANOSLEEP, 0, 0, 0, 0, NAP_NANOS);
  }

  private static void look(ThreadBuilder thread, long flag) {
    thread.at("look", "n.c", 2).read(flag);
  }

  /** A worker that computes for so long, then raises a flag that main polls. */
  private Replay poll(int recordedNaps, long instructions) throws IOException {
    return run(
        trace -> {
          long flag = trace.region("flag", 1);
          ThreadBuilder main = trace.mainThread();
          ThreadBuilder worker = trace.spawn(main, "worker");
          worker.compute(instructions);
          worker.syscall(39, 0, 0, 0, 0, 0);
          look(main, flag);
          for (int i = 0; i + 1 < recordedNaps; i++) {
            nap(main);
            look(main, flag);
          }
          worker.at("raise", "n.c", 3).write(flag);
          worker.exit();
          nap(main);
          look(main, flag);
          main.at("after", "n.c", 4).write(flag + PAGE / 2);
        });
  }

  @Test
  void aPollEndsWithTheFirstLookAfterTheWriteHoweverOftenTheRecordingSlept() throws IOException {
    Replay shorter = poll(50, 1000);
    assertNull(shorter.impasse());
    assertTrue(
        shorter.simulatedNanos() < 2 * NAP_NANOS, "one nap: " + shorter.simulatedNanos() + " ns");
  }

  @Test
  void aPollLastsUntilTheWriteEvenIfTheRecordingSleptOnce() throws IOException {
    Replay longer = poll(1, 200_000_000);
    assertNull(longer.impasse());
    // The worker needs more than three naps for its instructions; main looks again after each.
    assertTrue(longer.simulatedNanos() > 3 * NAP_NANOS, longer.simulatedNanos() + " ns");
    assertEquals(0, longer.threadsLeft());
  }

  @Test
  void aLookThatNeededNoSleepWaitsForTheWriteThatItSaw() throws IOException {
    Replay run =
        run(
            trace -> {
              long ready = trace.region("ready", 1);
              long done = trace.region("done", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              // The recording let the worker run first, so that main's first look did not sleep.
              worker.compute(200_000_000).at("raise", "n.c", 3).write(ready);
              worker.syscall(39, 0, 0, 0, 0, 0);
              main.syscall(39, 0, 0, 0, 0, 0);
              look(main, ready);
              main.syscall(39, 0, 0, 0, 0, 0);
              // The same loop does sleep for the second flag: the instruction is known to poll.
              look(main, done);
              nap(main);
              worker.at("raise", "n.c", 3).write(done);
              worker.exit();
              look(main, done);
              main.at("after", "n.c", 4).compute(10);
            });
    assertNull(run.impasse());
    // Without the wait, main would be through after one sleep of 20 ms.
    assertTrue(run.simulatedNanos() > 3 * NAP_NANOS, run.simulatedNanos() + " ns");
    assertEquals(0, run.threadsLeft());
  }

  @Test
  void theEndOfTheProcessTakesAThreadOffItsCore() throws IOException {
    Replay run =
        run(
            trace -> {
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              worker.compute(50_000_000).exit();
              main.compute(30_000_000);
              main.event(EventKind.PROCESS_EXIT, 0, 0, 0, 0, 0, 0, 0, 0, 0);
            });
    assertNull(run.impasse());
    assertEquals(0, run.threadsLeft());
  }
}
