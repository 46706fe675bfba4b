package org.popcornreplay.replay.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

/** Mutexes of a program without symbols. */
class UnnamedMutexesTest {
  private static final long SLOW_INSTRUCTIONS = 50_000_000;
  private static final long INSIDE_INSTRUCTIONS = 5_000_000;
  private static final int WOULD_BLOCK = -11;

  @TempDir Path dir;

  private record Call(int thread, String op, long fromNanos, long toNanos) {}

  private final List<Call> calls = new ArrayList<>();

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
            calls.add(new Call(thread, op, fromNanos, toNanos));
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

  private static ThreadBuilder lock(ThreadBuilder thread, long mutex) {
    return thread.at("lock", "lock.c", 1).atomic(mutex);
  }

  private static ThreadBuilder unlock(ThreadBuilder thread, long mutex) {
    return thread.at("unlock", "unlock.c", 1).atomic(mutex);
  }

  /** In the recording the worker has the lock first, although it is slow to come. */
  private static void slowWorkerFirst(TraceBuilder trace) {
    long mutex = trace.region("mutex", 1);
    ThreadBuilder main = trace.mainThread();
    ThreadBuilder worker = trace.spawn(main, "worker");
    worker.compute(SLOW_INSTRUCTIONS);
    lock(worker, mutex).compute(INSIDE_INSTRUCTIONS);
    unlock(worker, mutex).exit();
    main.compute(1000);
    lock(main, mutex).compute(INSIDE_INSTRUCTIONS);
    unlock(main, mutex).compute(1000);
  }

  private Call only(int thread, String op) {
    List<Call> found =
        calls.stream().filter(call -> call.thread() == thread && call.op().equals(op)).toList();
    assertEquals(1, found.size(), op + " of thread " + thread + ": " + calls);
    return found.get(0);
  }

  @Test
  void whoGetsTheLockFollowsFromVirtualTimeNotFromTheRecording() throws IOException {
    assertNull(run(false, UnnamedMutexesTest::slowWorkerFirst).impasse());
    assertTrue(
        only(0, "mutex_lock").toNanos() < only(1, "mutex_lock").toNanos(), "main first: " + calls);
  }

  @Test
  void recordedOrderLeavesThemAsTheyWere() throws IOException {
    assertNull(run(true, UnnamedMutexesTest::slowWorkerFirst).impasse());
    assertTrue(calls.isEmpty());
  }

  @Test
  void recordedWaitsAreLeftOutAndNewOnesAreMade() throws IOException {
    Replay run =
        run(
            false,
            trace -> {
              long mutex = trace.region("mutex", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              // Recorded: main has the lock, the worker comes in vain, sleeps, and gets it later.
              lock(main, mutex).compute(INSIDE_INSTRUCTIONS);
              worker.at("lock", "lock.c", 1).atomic(mutex, true);
              worker.at("wait", "wait.c", 1).atomic(mutex);
              unlock(main, mutex).futexWake(mutex, 1, 1);
              worker.futexWait(mutex, 2, 0).at("wait", "wait.c", 1).atomic(mutex);
              worker.compute(INSIDE_INSTRUCTIONS);
              unlock(worker, mutex).futexWake(mutex, 1, 0).exit();
              main.compute(1000);
            });
    assertNull(run.impasse());
    Call first = only(0, "mutex_unlock");
    Call second = only(1, "mutex_lock");
    assertTrue(second.toNanos() >= first.fromNanos(), "one holder at a time: " + calls);
    assertTrue(second.toNanos() - second.fromNanos() > 1_000_000, "the worker waits: " + calls);
  }

  @Test
  void aWordThatTwoThreadsHaveAtOnceIsNoMutex() throws IOException {
    Replay run =
        run(
            false,
            trace -> {
              long count = trace.region("references", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              lock(main, count).compute(10);
              lock(worker, count).compute(10);
              unlock(main, count).compute(10);
              unlock(worker, count).exit();
              main.compute(10);
            });
    assertNull(run.impasse());
    assertTrue(calls.isEmpty(), calls.toString());
  }

  @Test
  void whoseHolderChangesTheAddressSpaceKeepsItsOrder() throws IOException {
    Replay run =
        run(
            false,
            trace -> {
              long mutex = trace.region("mutex", 1);
              long region = trace.region("other", 4);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              lock(worker, mutex).madvise(region, TraceBuilder.PAGE_BYTES, 4);
              unlock(worker, mutex).exit();
              lock(main, mutex).compute(10);
              unlock(main, mutex).compute(10);
            });
    assertNull(run.impasse());
    assertTrue(calls.isEmpty(), calls.toString());
  }

  @Test
  void aProgramThatSleepsOnOtherWordsTooKeepsThemAsRecorded() throws IOException {
    Replay run =
        run(
            false,
            trace -> {
              slowWorkerFirst(trace);
              long other = trace.region("condition", 1);
              trace.threads().get(0).futexWait(other, 2, WOULD_BLOCK);
            });
    assertNull(run.impasse());
    assertTrue(calls.isEmpty(), calls.toString());
  }
}
