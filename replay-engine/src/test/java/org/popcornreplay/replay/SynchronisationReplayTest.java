package org.popcornreplay.replay;

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
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.thread.ReplayThread;
import org.popcornreplay.replay.thread.SyncCensus;
import org.popcornreplay.replay.thread.ThreadState;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.SyncFunction;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.generate.ThreadBuilder;
import org.popcornreplay.traces.generate.TraceBuilder;

/** Recordings whose synchronisation must not end a replay in a deadlock. */
class SynchronisationReplayTest {
  private static final int PAGE = TraceBuilder.PAGE_BYTES;

  @TempDir Path dir;

  /** Returns how many operations went on before their turn. */
  private long assertReplays(Consumer<TraceBuilder> script) throws IOException {
    return assertReplays(script, "tcp-10g-nodelay", new RunListener() {});
  }

  private long assertReplays(Consumer<TraceBuilder> script, String profile, RunListener listener)
      throws IOException {
    Path path = dir.resolve("trace");
    try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
      script.accept(trace);
      trace.finish();
    }
    RunRequest request =
        new RunRequest(2, "trace", ProfileFile.load(profile), Options.FAITHFUL, -1, false, PAGE, 1);
    try (TraceReader trace = TraceReader.open(path)) {
      SyncCensus census = SyncCensus.of(Replay.threadCount(trace), trace::events);
      Replay run = new Replay(trace, request, census, listener).checked(true).execute();
      assertNull(run.impasse());
      assertEquals(0, run.threadsLeft());
      return run.brokenOrders();
    }
  }

  /** Who ended whose wait and why, as "thread by-thread reason". */
  private List<String> wakesOf(Consumer<TraceBuilder> script) throws IOException {
    List<String> wakes = new ArrayList<>();
    RunListener listener =
        new RunListener() {
          @Override
          public void wake(
              int thread, int byThread, String reason, long calledNanos, long wokenNanos) {
            wakes.add(thread + " " + byThread + " " + reason);
          }
        };
    assertReplays(script, "tcp-10g-nodelay", listener);
    return wakes;
  }

  @Test
  void anAtomicOperationBehindAnAllocationInTheSameSliceHasItsTurn() throws IOException {
    assertReplays(
        trace -> {
          long word = trace.region("word", 2);
          ThreadBuilder main = trace.mainThread();
          ThreadBuilder worker = trace.spawn(main, "worker");
          main.write(word + PAGE).migrate(1).write(word + 64).compute(1000);
          main.malloc(word + 1024, 64, 0).compute(10);
          main.atomic(word).compute(5000).write(word + PAGE);
          main.migrate(0);
          worker.compute(100).atomic(word).exit();
          main.join(worker);
        });
  }

  @Test
  void aThreadThatBeginsToWaitAfterASignalDoesNotTakeItFromOneThatWaitedBefore()
      throws IOException {
    assertReplays(
        trace -> {
          long shared = trace.region("shared", 2);
          long condition = shared + PAGE;
          ThreadBuilder main = trace.mainThread();
          ThreadBuilder early = trace.spawn(main, "early");
          ThreadBuilder late = trace.spawn(main, "late");
          early.migrate(1).lock(shared);
          early.enter(SyncFunction.COND_WAIT, condition, shared, 0);
          signal(main, shared, condition);
          late.lock(shared);
          late.enter(SyncFunction.COND_WAIT, condition, shared, 0);
          early.leave(SyncFunction.COND_WAIT, condition, shared, 0, 0);
          early.unlock(shared).migrate(0).exit();
          signal(main, shared, condition);
          late.leave(SyncFunction.COND_WAIT, condition, shared, 0, 0);
          late.unlock(shared).exit();
          main.join(early).join(late);
        });
  }

  private static void signal(ThreadBuilder thread, long mutex, long condition) {
    thread.lock(mutex).call(SyncFunction.COND_BROADCAST, condition, 0, 0, 0).unlock(mutex);
  }

  @Test
  void theHolderOfAMutexDoesNotWaitForTheTurnOfOneThatWaitsForTheMutex() throws IOException {
    assertReplays(
        trace -> {
          long shared = trace.region("shared", 2);
          ThreadBuilder main = trace.mainThread();
          ThreadBuilder slow = trace.spawn(main, "slow");
          ThreadBuilder fast = trace.spawn(main, "fast");
          slow.compute(10_000_000).lock(shared).atomic(shared + PAGE).unlock(shared).exit();
          fast.lock(shared).atomic(shared + PAGE).unlock(shared).exit();
          main.join(slow).join(fast);
        });
  }

  @Test
  void twoOrdersThatContradictEachOtherAreNoDeadlock() throws IOException {
    assertReplays(
        trace -> {
          long shared = trace.region("shared", 2);
          ThreadBuilder main = trace.mainThread();
          ThreadBuilder slow = trace.spawn(main, "slow");
          ThreadBuilder fast = trace.spawn(main, "fast");
          slow.compute(10_000_000).lock(shared).atomic(shared + PAGE).unlock(shared).exit();
          fast.lock(shared).atomic(shared + PAGE).unlock(shared).exit();
          main.atomic(shared + PAGE).join(slow).join(fast); // guarded not always
        });
  }

  @Test
  void whatAThreadMapsWhereAnotherHasUnmappedStays() throws IOException {
    assertReplays(
        trace -> {
          long free = 0x7000_0000L;
          ThreadBuilder main = trace.mainThread();
          ThreadBuilder slow = trace.spawn(main, "slow");
          slow.compute(10_000_000).mmap(free, 64 * PAGE, 3).munmap(free, 64 * PAGE);
          slow.exit();
          main.mmap(free, 4 * PAGE, 3).write(free);
          main.compute(20_000_000).write(free + PAGE).join(slow);
        });
  }

  @Test
  void whatAnotherThreadMapsIsWaitedForUntilItMayBeUsed() throws IOException {
    List<String> wakes =
        wakesOf(
            trace -> {
              long free = 0x7000_0000L;
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder slow = trace.spawn(main, "slow");
              main.mmap(free + 16 * PAGE, PAGE, 3);
              slow.compute(10_000_000).mmap(free, 4 * PAGE, 0).compute(1_000_000);
              slow.mprotect(free, 2 * PAGE, 3).write(free).exit();
              main.read(free).write(free + PAGE).join(slow);
            });
    assertTrue(wakes.contains("0 1 mapping"), wakes.toString());
  }

  @Test
  void whoHasItsTurnWaitsForACoreAndIsNotIdle() throws IOException {
    List<String> states = new ArrayList<>();
    assertReplays(
        trace -> {
          long word = trace.region("word", 1);
          ThreadBuilder main = trace.mainThread();
          ThreadBuilder slow = trace.spawn(main, "slow");
          ThreadBuilder busy = trace.spawn(main, "busy");
          slow.compute(10_000_000).atomic(word).exit();
          main.atomic(word);
          busy.compute(1_000_000_000).exit();
          main.join(slow).join(busy);
        },
        "oracle-vm", // one core a node
        new RunListener() {
          @Override
          public void interval(int thread, int node, String state, long startNanos, long endNanos) {
            if (thread == 0) {
              states.add(state);
            }
          }
        });
    int idle = states.indexOf("idle");
    assertTrue(idle >= 0, states.toString());
    assertEquals("run-queue", states.get(idle + 1), states.toString());
  }

  @Test
  void aCallOnAddressesOfAnotherThreadsEarlierCallWaitsForIt() throws IOException {
    List<String> wakes =
        wakesOf(
            trace -> {
              long free = 0x7000_0000L;
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder slow = trace.spawn(main, "slow");
              slow.compute(10_000_000).mmap(free, 4 * PAGE, 3).exit();
              main.munmap(free, PAGE).join(slow);
            });
    assertTrue(wakes.contains("0 1 mapping"), wakes.toString());
  }

  @Test
  void whatWasTakenAndMappedAgainBeforeAnAccessIsWaitedFor() throws IOException {
    List<String> wakes =
        wakesOf(
            trace -> {
              long free = 0x7000_0000L;
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder first = trace.spawn(main, "first");
              ThreadBuilder second = trace.spawn(main, "second");
              // As glibc aligns arenas: the second lies where the first gave back what it did not
              // need.
              first.compute(1_000).mmap(free, 8 * PAGE, 0).compute(1_000_000);
              first.munmap(free + 4 * PAGE, 4 * PAGE).exit();
              second.compute(10_000_000).mmap(free + 4 * PAGE, 4 * PAGE, 0);
              second.mprotect(free + 4 * PAGE, PAGE, 3).exit();
              main.mprotect(free + 64 * PAGE, PAGE, 3).compute(100_000).write(free + 4 * PAGE);
              main.join(first).join(second);
            });
    assertTrue(wakes.contains("0 2 mapping"), wakes.toString());
  }

  @Test
  void anAccessWhoseMappingWaitsForTheLockThatItsThreadHoldsIsNoFault() throws IOException {
    long broken =
        assertReplays(
            trace -> {
              long lock = trace.region("lock", 1);
              long arena = 0x7000_0000L;
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder first = trace.spawn(main, "first");
              ThreadBuilder second = trace.spawn(main, "second");
              main.mmap(arena + 16 * PAGE, PAGE, 3);
              // The second finds what the first has put there, in the recording; not if it is
              // faster.
              first.compute(10_000_000).lock(lock).mmap(arena, PAGE, 3).write(arena).unlock(lock);
              second.lock(lock).read(arena).unlock(lock).exit();
              first.exit();
              main.join(first).join(second);
            });
    assertEquals(1, broken);
  }

  @Test
  void aUnitThatALaterSemaphoreAtTheSameAddressTookAwayIsGiven() throws IOException {
    long broken =
        assertReplays(
            trace -> {
              long semaphore = trace.region("semaphore", 1);
              ThreadBuilder main = trace.mainThread();
              main.semInit(semaphore, 0);
              ThreadBuilder late = trace.spawn(main, "late");
              main.semPost(semaphore);
              late.compute(10_000_000).semWait(semaphore).exit();
              main.semInit(semaphore, 0); // the next one at this address, and nothing orders them
              main.join(late);
            });
    assertEquals(1, broken);
  }

  @Test
  void aSemaphoreThatNobodyEverPostedIsADeadlockStill() throws IOException {
    Path path = dir.resolve("hung");
    try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
      long semaphore = trace.region("semaphore", 1);
      ThreadBuilder main = trace.mainThread();
      main.semInit(semaphore, 0);
      ThreadBuilder hung = trace.spawn(main, "hung");
      hung.enter(SyncFunction.SEM_WAIT, semaphore, 0, 0);
      main.enter(SyncFunction.JOIN, 0, 0, hung.number());
      trace.finish();
    }
    RunRequest request =
        new RunRequest(
            2, "trace", ProfileFile.load("tcp-10g-nodelay"), Options.FAITHFUL, -1, false, PAGE, 1);
    try (TraceReader trace = TraceReader.open(path)) {
      SyncCensus census = SyncCensus.of(Replay.threadCount(trace), trace::events);
      Replay run = new Replay(trace, request, census, new RunListener() {}).execute();
      assertTrue(run.impasse().startsWith("deadlock"), run.impasse());
    }
  }

  @Test
  void ofSleepersOnOneWordTheOneWakesThatDidInTheRecording() throws IOException {
    long broken =
        assertReplays(
            trace -> {
              long word = trace.region("word", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder early = trace.spawn(main, "early");
              ThreadBuilder late = trace.spawn(main, "late");
              late.compute(1_000_000);
              main.compute(10_000_000).atomic(word).futexWake(word, 1, 1);
              late.futexWait(word, 0, 0).atomic(word + 64).exit();
              main.atomic(word + 64).compute(1_000_000).futexWake(word, 1, 1);
              early.futexWait(word, 0, 0).exit();
              main.join(early).join(late);
            });
    assertEquals(0, broken);
  }

  @Test
  void aStackIsUnmappedAfterTheEndOfItsThread() throws IOException {
    List<String> wakes =
        wakesOf(
            trace -> {
              long stack = 0x7000_0000L;
              ThreadBuilder main = trace.mainThread();
              main.mmap(stack, 4 * PAGE, 3);
              ThreadBuilder slow = trace.spawn(main, "slow", stack + 3 * PAGE + 64);
              slow.compute(10_000_000).write(stack).exit();
              main.munmap(stack, 4 * PAGE);
            });
    assertTrue(wakes.contains("0 1 exit"), wakes.toString());
  }

  @Test
  void aThreadOnTheStackOfAnotherBeginsAfterTheEndOfThat() throws IOException {
    List<String> wakes =
        wakesOf(
            trace -> {
              long stack = 0x7000_0000L;
              ThreadBuilder main = trace.mainThread();
              main.mmap(stack, 4 * PAGE, 3);
              ThreadBuilder slow = trace.spawn(main, "slow", stack + 64);
              slow.compute(10_000_000).write(stack).exit();
              trace.spawn(main, "next", stack + 64).compute(1_000).write(stack).exit();
            });
    assertTrue(wakes.contains("0 1 exit"), wakes.toString());
  }

  @Test
  void anAccessThatComesAfterAnotherThreadHasUnmappedIsNoFault() throws IOException {
    assertReplays(
        trace -> {
          long free = 0x7000_0000L;
          ThreadBuilder main = trace.mainThread();
          main.mmap(free, PAGE, 3).write(free);
          ThreadBuilder fast = trace.spawn(main, "fast");
          main.mprotect(free, PAGE, 1).mprotect(free, PAGE, 3);
          main.compute(10_000_000).write(free).read(free);
          fast.compute(10).munmap(free, PAGE).exit();
          main.join(fast);
        });
  }

  @Test
  void aSignalIsForTheWaiterThatHadTheMutexNext() throws IOException {
    long broken =
        assertReplays(
            trace -> {
              long mutex = trace.region("mutex", 1);
              long condition = mutex + 128;
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder first = trace.spawn(main, "first");
              ThreadBuilder second = trace.spawn(main, "second");
              first.lock(mutex).enter(SyncFunction.COND_WAIT, condition, mutex, 0);
              second.lock(mutex).enter(SyncFunction.COND_WAIT, condition, mutex, 0);
              main.compute(10_000_000).lock(mutex);
              main.call(SyncFunction.COND_SIGNAL, condition, 0, 0, 0).unlock(mutex);
              second.leave(SyncFunction.COND_WAIT, condition, mutex, 0, 0);
              second.call(SyncFunction.COND_SIGNAL, condition, 0, 0, 0).unlock(mutex).exit();
              first.leave(SyncFunction.COND_WAIT, condition, mutex, 0, 0).unlock(mutex).exit();
              main.join(first).join(second);
            });
    assertEquals(0, broken);
  }

  @Test
  void aSignalThatComesBeforeItsWaiterIsNoDeadlock() throws IOException {
    long broken =
        assertReplays(
            trace -> {
              long mutex = trace.region("mutex", 1);
              long condition = mutex + 128;
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder late = trace.spawn(main, "late");
              late.compute(10_000_000)
                  .lock(mutex)
                  .enter(SyncFunction.COND_WAIT, condition, mutex, 0);
              main.call(SyncFunction.COND_SIGNAL, condition, 0, 0, 0); // without the mutex
              late.leave(SyncFunction.COND_WAIT, condition, mutex, 0, 0).unlock(mutex).exit();
              main.join(late);
            });
    assertEquals(1, broken);
  }

  @Test
  void aWaitThatRanOutOfTimeDoesSoAgain() throws IOException {
    assertReplays(
        trace -> {
          long shared = trace.region("shared", 2);
          ThreadBuilder main = trace.mainThread();
          main.lock(shared);
          main.call(SyncFunction.COND_TIMEDWAIT, shared + PAGE, shared, 0, 110).unlock(shared);
          main.call(SyncFunction.SEM_TIMEDWAIT, shared + 128, 0, 0, -1);
        });
  }

  @Test
  void aProgramThatLeavesThreadsBehindTakesUntilItsExit() throws IOException {
    Path path = dir.resolve("left");
    try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
      long word = trace.region("word", 1);
      ThreadBuilder main = trace.mainThread();
      ThreadBuilder pool = trace.spawn(main, "pool");
      main.lock(word);
      pool.compute(1000).migrate(1).lockAfterWaiting(word).exit();
      main.compute(10_000_000).exitGroup();
      trace.finish();
    }
    RunRequest request =
        new RunRequest(
            2, "trace", ProfileFile.load("tcp-10g-nodelay"), Options.FAITHFUL, -1, false, PAGE, 1);
    try (TraceReader trace = TraceReader.open(path)) {
      SyncCensus census = SyncCensus.of(Replay.threadCount(trace), trace::events);
      Replay run = new Replay(trace, request, census, new RunListener() {}).execute();
      assertNull(run.impasse());
      assertEquals(2, run.threadsLeft());
      assertTrue(run.simulatedNanos() >= 3_500_000, run.simulatedNanos() + " ns");
      for (int t = 0; t < 2; t++) {
        ReplayThread thread = run.threadNumber(t);
        long sum = 0;
        for (ThreadState state : ThreadState.values()) {
          sum += thread.nanosIn(state);
        }
        assertEquals(thread.endNanos() - thread.startNanos(), sum, "thread " + t);
      }
    }
  }
}
