package org.popcornreplay.replay.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.Replay;
import org.popcornreplay.replay.RunListener;
import org.popcornreplay.replay.RunRequest;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.generate.ThreadBuilder;
import org.popcornreplay.traces.generate.TraceBuilder;

/** Barriers of a program without symbols. */
class UnnamedBarriersTest {
  private static final long SLOW_INSTRUCTIONS = 50_000_000;

  @TempDir Path dir;

  private record Wait(int thread, long fromNanos, long toNanos) {}

  private final List<Wait> waits = new ArrayList<>();

  private Replay run(boolean recordedOrder, Consumer<TraceBuilder> script) throws IOException {
    Path path = dir.resolve("trace");
    try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
      script.accept(trace);
      trace.finish();
    }
    RunListener listener =
        new RunListener() {
          @Override
          public void synchronisation(
              int thread, int node, String op, long object, long ip, long fromNanos, long toNanos) {
            assertEquals("barrier_wait", op);
            waits.add(new Wait(thread, fromNanos, toNanos));
          }
        };
    RunRequest request =
        new RunRequest(
            1,
            "origin",
            ProfileFile.load("dex-ib56"),
            Options.FAITHFUL,
            2,
            recordedOrder,
            TraceBuilder.PAGE_BYTES,
            1);
    try (TraceReader trace = TraceReader.open(path)) {
      SyncCensus census = SyncCensus.of(Replay.threadCount(trace), trace::events);
      return new Replay(trace, request, census, listener).execute();
    }
  }

  private static void arriveLast(ThreadBuilder thread, long barrier) {
    thread.atomic(barrier).atomic(barrier + 4).futexWake(barrier + 4, Integer.MAX_VALUE, 1);
  }

  /** Two rounds; in the recording the worker waits in the first and main in the second. */
  private static void twoRounds(TraceBuilder trace) {
    long barrier = trace.region("barrier", 1);
    ThreadBuilder main = trace.mainThread();
    ThreadBuilder worker = trace.spawn(main, "worker");
    worker.compute(SLOW_INSTRUCTIONS).atomic(barrier);
    main.compute(1000);
    arriveLast(main, barrier);
    main.atomic(barrier + 16);
    worker.futexWait(barrier + 4, 0, 0).atomic(barrier + 16);
    main.atomic(barrier);
    arriveLast(worker, barrier);
    worker.atomic(barrier + 16).exit();
    main.futexWait(barrier + 4, 2, 0).atomic(barrier + 16);
    main.compute(1000);
  }

  @Test
  void whoWaitsFollowsFromVirtualTimeNotFromTheRecording() throws IOException {
    Replay run = run(false, UnnamedBarriersTest::twoRounds);
    assertNull(run.impasse());
    assertEquals(4, waits.size());
    Wait main = waits.stream().filter(wait -> wait.thread() == 0).findFirst().orElseThrow();
    Wait worker = waits.stream().filter(wait -> wait.thread() == 1).findFirst().orElseThrow();
    assertTrue(main.toNanos() - main.fromNanos() > 10_000_000, "main waits: " + main);
    assertTrue(worker.toNanos() - worker.fromNanos() < 1_000_000, "worker is last: " + worker);
  }

  @Test
  void recordedOrderLeavesThemAsTheyWere() throws IOException {
    assertNull(run(true, UnnamedBarriersTest::twoRounds).impasse());
    assertTrue(waits.isEmpty());
  }

  @Test
  void aProgramThatSleepsOnOtherWordsTooKeepsItsBarriersAsRecorded() throws IOException {
    Replay run =
        run(
            false,
            trace -> {
              twoRounds(trace);
              long lock = trace.region("lock", 1);
              trace.threads().get(0).futexWait(lock, 2, -11);
            });
    assertNull(run.impasse());
    assertTrue(waits.isEmpty());
  }

  @Test
  void wordsThatAreUsedInAnyOtherWayAreNoBarrier() throws IOException {
    Replay run =
        run(
            false,
            trace -> {
              long word = trace.region("words", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              worker.atomic(word);
              arriveLast(main, word);
              main.atomic(word + 16);
              // Leaves without the last word, and takes a system call in between.
              worker.futexWait(word + 4, 0, -11).syscall(39, 0, 0, 0, 0, 0);
              worker.atomic(word + 16).exit();
              main.compute(10);
            });
    assertNull(run.impasse());
    assertFalse(waits.stream().anyMatch(wait -> true));
  }
}
