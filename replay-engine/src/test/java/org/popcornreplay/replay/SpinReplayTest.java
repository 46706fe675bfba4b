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
import org.popcornreplay.protocol.FaultKind;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.thread.SyncCensus;
import org.popcornreplay.replay.thread.ThreadState;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.SyncFunction;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.generate.ThreadBuilder;
import org.popcornreplay.traces.generate.TraceBuilder;

/** Threads that read a line again and again until another thread's store. */
class SpinReplayTest {
  private static final int PAGE = TraceBuilder.PAGE_BYTES;
  private static final int SLICE = 10_000;
  private static final int GETPID = 39;
  private static final long ROUNDING_NANOS = 200;

  @TempDir Path dir;
  private int traces;

  private int nodes = 1;
  private int cores = 8;
  private boolean recorded;
  private final List<String> wakes = new ArrayList<>();
  private final List<Long> wokenNanos = new ArrayList<>();

  /** An instruction takes a nanosecond; the kernel and the network take no time. */
  private CostProfile profile =
      ProfileFile.load("ideal")
          .with(ProfileKey.INSTRUCTION, "1")
          .with(ProfileKey.INSTRUCTION_FROM, "profile");

  private Replay run(Consumer<TraceBuilder> script) throws IOException {
    Path path = dir.resolve("trace" + traces++);
    try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
      script.accept(trace);
      trace.finish();
    }
    RunListener listener =
        new RunListener() {
          @Override
          public void wake(int thread, int byThread, String reason, long calledNanos, long woken) {
            if (reason.equals("store")) {
              wakes.add(thread + " by " + byThread);
              wokenNanos.add(calledNanos);
            }
          }
        };
    RunRequest request =
        new RunRequest(nodes, "trace", profile, Options.FAITHFUL, cores, recorded, PAGE, 1);
    try (TraceReader trace = TraceReader.open(path)) {
      SyncCensus census = SyncCensus.of(Replay.threadCount(trace), trace::events);
      Replay run = new Replay(trace, request, census, listener).checked(true).execute();
      assertNull(run.impasse());
      return run;
    }
  }

  /** Stores, in a slice of its own; gives the instructions before the store. */
  private static long store(ThreadBuilder thread, long address) {
    long at = thread.instructions();
    thread.at("store", "s.c", 1).write(address);
    return at;
  }

  /** Spins for so many slices of the recording until a store, then goes on. */
  private static void spin(
      ThreadBuilder thread, long flag, int slices, ThreadBuilder writer, long storedAt) {
    thread.syscall(GETPID, 0, 0, 0, 0, 0); // a slice begins behind it
    long from = thread.instructions();
    for (int i = 0; i < slices * SLICE; i++) {
      thread.at("spin", "s.c", 2).read(flag);
    }
    long until = thread.instructions();
    thread.at("spin", "s.c", 2).read(flag);
    thread.spun(flag, from, until, writer, storedAt);
  }

  private static void near(long expected, long actual) {
    assertTrue(
        actual >= expected && actual <= expected + ROUNDING_NANOS,
        "expected " + expected + ", was " + actual);
  }

  /** As long as the chain of work and little more: what contended faults take. */
  private static void chain(long work, Replay run) {
    assertTrue(
        run.simulatedNanos() >= work && run.simulatedNanos() <= work + work / 20,
        "work " + work + ", was " + run.simulatedNanos());
    assertEquals(0, run.threadsLeft());
    assertEquals(0, run.brokenOrders());
  }

  /** A worker raises a flag after so many instructions, for which main spun in the recording. */
  private Replay flag(long instructions, int recordedSlices, long then) throws IOException {
    return run(
        trace -> {
          long flag = trace.region("flag", 1);
          ThreadBuilder main = trace.mainThread();
          ThreadBuilder worker = trace.spawn(main, "worker");
          long at = store(worker.compute(instructions), flag);
          worker.exit();
          spin(main, flag, recordedSlices, worker, at);
          main.compute(then);
        });
  }

  @Test
  void aSpinLastsUntilTheStoreEvenIfTheRecordingSpunShorter() throws IOException {
    near(5_000_000 + 700, flag(5_000_000, 2, 700).simulatedNanos());
    assertEquals(List.of("0 by 1"), wakes);
    near(5_000_000, wokenNanos.get(0));
  }

  @Test
  void aSpinEndsWithTheStoreHoweverLongTheRecordingSpun() throws IOException {
    near(3_000 + 700, flag(3_000, 50, 700).simulatedNanos());
  }

  @Test
  void aStoreThatHasHappenedIsReadOnce() throws IOException {
    Replay run =
        run(
            trace -> {
              long flag = trace.region("flag", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              long at = store(worker, flag);
              worker.exit();
              main.compute(40_000);
              spin(main, flag, 9, worker, at);
              main.compute(700);
            });
    near(40_000 + 700, run.simulatedNanos());
    assertEquals(List.of(), wakes);
  }

  @Test
  void inRecordedOrderASpinKeepsItsLength() throws IOException {
    recorded = true;
    near(50 * SLICE + 700, flag(3_000, 50, 700).simulatedNanos());
  }

  @Test
  void aThreadSpinsOnItsCoreAsComputing() throws IOException {
    Replay run = flag(5_000_000, 2, 0);
    near(5_000_000, run.threadNumber(0).nanosIn(ThreadState.COMPUTE));
  }

  @Test
  void aLookThatFoundTheStoreAtOnceWaitsForItWithinItsSlice() throws IOException {
    Replay run =
        run(
            trace -> {
              long flag = trace.region("flag", 1);
              long other = trace.region("other", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              long at = store(worker.compute(90_000), flag);
              worker.exit();
              main.write(other).compute(2_000);
              long look = main.instructions();
              main.at("spin", "s.c", 2).read(flag).compute(3_000);
              main.spun(flag, look, look, worker, at);
            });
    near(90_000 + 3_000, run.simulatedNanos());
  }

  @Test
  void whatPrecedesTheLoopInItsFirstSliceHappensBeforeTheWait() throws IOException {
    // Each tells the other that it is there, then spins in the same slice.
    Replay run =
        run(
            trace -> {
              long mine = trace.region("mine", 1);
              long yours = trace.region("yours", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              main.syscall(GETPID, 0, 0, 0, 0, 0);
              long arrived = store(main, mine);
              long from = main.instructions();
              for (int i = 1; i < 2 * SLICE; i++) {
                main.at("spin", "s.c", 2).read(yours);
              }
              worker.compute(70_000);
              long look = worker.instructions();
              worker.at("spin", "s.c", 2).read(mine);
              worker.spun(mine, look, look, main, arrived);
              long answered = store(worker, yours);
              worker.exit();
              long until = main.instructions();
              main.at("spin", "s.c", 2).read(yours).spun(yours, from, until, worker, answered);
              main.compute(500);
            });
    near(70_000 + 500, run.simulatedNanos());
    assertEquals(0, run.brokenOrders());
  }

  /** Four threads, each on its node, hand a word on; what each computes in between. */
  private Replay ring(int rounds, long work) throws IOException {
    return run(
        trace -> {
          long turn = trace.region("turn", 1);
          ThreadBuilder main = trace.mainThread();
          List<ThreadBuilder> ring = new ArrayList<>();
          for (int t = 0; t < 4; t++) {
            ring.add(trace.spawn(main, "ring" + t));
            if (nodes > 1) {
              ring.get(t).migrate(t);
            }
          }
          long at = -1;
          for (int turns = 0; turns < rounds * 4; turns++) {
            ThreadBuilder t = ring.get(turns % 4);
            if (turns > 0) {
              spin(t, turn, 1 + turns % 3, ring.get((turns + 3) % 4), at);
            }
            at = store(t.compute(work), turn);
          }
          for (ThreadBuilder t : ring) {
            if (nodes > 1) {
              t.migrate(0);
            }
            t.exit();
            main.join(t);
          }
        });
  }

  @Test
  void theTimeOfARingIsTheSumOfItsHandOffs() throws IOException {
    near(5 * 4 * 8_000, ring(5, 8_000).simulatedNanos());
    assertEquals(19, wakes.size());
    nodes = 4;
    profile = profile.withNodes("2", "speed", "0.5");
    chain(5 * 5 * 4_000_000, ring(5, 4_000_000));
  }

  /** Two threads, at the origin and at node 1, take turns with a word of one page. */
  private Replay pingPong(int handOffs) throws IOException {
    return run(
        trace -> {
          long turn = trace.region("turn", 1);
          ThreadBuilder main = trace.mainThread();
          ThreadBuilder away = trace.spawn(main, "away");
          away.migrate(1);
          main.write(turn);
          long at = store(main.compute(2_000_000), turn);
          for (int i = 0; i < handOffs; i++) {
            ThreadBuilder t = i % 2 == 0 ? away : main;
            spin(t, turn, 2, i % 2 == 0 ? main : away, at);
            at = store(t.compute(1_000_000), turn);
          }
          away.migrate(0).exit();
          main.join(away);
        });
  }

  @Test
  void eachHandOffOfAPageBetweenTwoNodesCostsTheSameMessages() throws IOException {
    nodes = 2;
    profile = profile.with(ProfileKey.LINK_LATENCY, "10000");
    int few = 10;
    int many = 30;
    Replay shorter = pingPong(few);
    Replay longer = pingPong(many);
    // A round of two: the origin's store invalidates; the remote, which spins, asks for the page at
    // once, is told to retry as the origin still has it in hand, reads it and upgrades it with its
    // own store; the origin reads it.
    int rounds = (many - few) / 2;
    assertEquals(rounds, longer.retries() - shorter.retries());
    assertRound(shorter, longer, 0, 1, MessageType.PAGE_INVALIDATE_REQUEST, rounds);
    assertRound(shorter, longer, 1, 0, MessageType.PAGE_INVALIDATE_RESPONSE, rounds);
    assertRound(shorter, longer, 1, 0, MessageType.REMOTE_PAGE_REQUEST, 3 * rounds);
    assertRound(shorter, longer, 0, 1, MessageType.REMOTE_PAGE_RESPONSE_SHORT, 2 * rounds);
    assertRound(shorter, longer, 0, 1, MessageType.REMOTE_PAGE_RESPONSE, rounds);
    assertRound(shorter, longer, 0, 1, MessageType.REMOTE_PAGE_REQUEST, rounds);
    assertRound(shorter, longer, 1, 0, MessageType.REMOTE_PAGE_RESPONSE, rounds);
    long perRound = 2 * (longer.simulatedNanos() - shorter.simulatedNanos()) / (many - few);
    // Two pieces of work and the nine messages that the chain waits for; a retry waits a while.
    assertTrue(perRound >= 2_000_000 + 9 * 20_000 && perRound < 2_300_000, perRound + " ns");
  }

  private static void assertRound(
      Replay shorter, Replay longer, int from, int to, MessageType type, int expected) {
    long more = longer.traffic().count(from, to, type) - shorter.traffic().count(from, to, type);
    assertEquals(expected, more, type + " " + from + " to " + to);
  }

  @Test
  void everyWriteOfOthersToThePageCostsTheSpinnerAFault() throws IOException {
    nodes = 2;
    int others = 6;
    Replay run =
        run(
            trace -> {
              long page = trace.region("page", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              worker.migrate(1);
              main.read(page);
              for (int i = 0; i < others; i++) {
                main.compute(1_000_000).write(page + 1024);
              }
              long at = store(main.compute(1_000_000), page);
              spin(worker, page, 3, main, at);
              worker.read(page + 1024).migrate(0).exit();
              main.join(worker);
            });
    // The first read of the line and one more for each write, the store's included. The other fault
    // fetches what it reads of its code.
    assertEquals(others + 2, run.faults(FaultKind.READ) - readsOfOneWithout(), "reads");
  }

  /** Read faults of the same program without the spin. */
  private long readsOfOneWithout() throws IOException {
    Replay run =
        run(
            trace -> {
              long page = trace.region("page", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              worker.migrate(1);
              main.read(page);
              worker.compute(10).migrate(0).exit();
              main.join(worker);
            });
    return run.faults(FaultKind.READ);
  }

  @Test
  void twoThreadsSpinForOneFlag() throws IOException {
    nodes = 3;
    Replay run =
        run(
            trace -> {
              long flag = trace.region("flag", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder one = trace.spawn(main, "one");
              ThreadBuilder two = trace.spawn(main, "two");
              one.migrate(1);
              two.migrate(2);
              long at = store(main.compute(40_000_000), flag);
              spin(one, flag, 1, main, at);
              spin(two, flag, 90, main, at);
              one.compute(1_000).migrate(0).exit();
              two.compute(2_000).migrate(0).exit();
              main.join(one).join(two);
            });
    chain(40_000_000 + 2_000, run);
    assertEquals(2, wakes.size());
  }

  @Test
  void aSpinLockLetsOneAfterTheOtherIn() throws IOException {
    nodes = 4;
    int each = 5;
    Replay run =
        run(
            trace -> {
              long lock = trace.region("lock", 1);
              ThreadBuilder main = trace.mainThread();
              List<ThreadBuilder> threads = new ArrayList<>();
              for (int t = 0; t < 4; t++) {
                threads.add(trace.spawn(main, "t" + t));
                threads.get(t).migrate(t);
              }
              long released = -1;
              for (int turn = 0; turn < 4 * each; turn++) {
                ThreadBuilder t = threads.get(turn % 4);
                if (turn > 0) {
                  t.atomic(lock); // finds it taken
                  spin(t, lock, 2, threads.get((turn + 3) % 4), released);
                }
                t.atomic(lock).compute(9_000_000);
                released = store(t, lock);
              }
              for (ThreadBuilder t : threads) {
                t.migrate(0).exit();
                main.join(t);
              }
            });
    chain(4L * each * 9_000_000, run);
  }

  @Test
  void aRoundOfASpinBarrierTakesAsLongAsItsSlowestThread() throws IOException {
    nodes = 4;
    int rounds = 6;
    profile = profile.withNodes("3", "speed", "0.25");
    Replay run =
        run(
            trace -> {
              long count = trace.region("count", 1);
              long sense = trace.region("sense", 1);
              ThreadBuilder main = trace.mainThread();
              List<ThreadBuilder> threads = new ArrayList<>();
              for (int t = 0; t < 4; t++) {
                threads.add(trace.spawn(main, "t" + t));
                threads.get(t).migrate(t);
              }
              for (int r = 0; r < rounds; r++) {
                for (ThreadBuilder t : threads) {
                  t.compute(5_000_000).atomic(count);
                }
                ThreadBuilder last = threads.get(3);
                long at = store(last, sense);
                for (ThreadBuilder t : threads) {
                  if (t != last) {
                    spin(t, sense, 3, last, at);
                  }
                }
              }
              for (ThreadBuilder t : threads) {
                t.migrate(0).exit();
                main.join(t);
              }
            });
    chain(rounds * 4L * 5_000_000, run);
  }

  @Test
  void onOneCoreASpinnerKeepsItForItsTimeSlice() throws IOException {
    cores = 1;
    Replay run = flag(6_000_000, 2, 3_000_000);
    // The worker's time slice ends before its store; main spins for one, then the worker goes on.
    long slice = profile.number(ProfileKey.TIME_SLICE);
    assertTrue(slice < 6_000_000 && slice > 3_000_000);
    near(6_000_000 + slice + 3_000_000, run.simulatedNanos());
    assertEquals(0, run.threadsLeft());
    assertEquals(0, run.brokenOrders());
  }

  /** Two waits that wait for each other, as no recording has them. */
  private Replay circle() throws IOException {
    return run(
        trace -> {
          long flag = trace.region("flag", 2);
          ThreadBuilder main = trace.mainThread();
          ThreadBuilder one = trace.spawn(main, "one");
          ThreadBuilder two = trace.spawn(main, "two");
          spin(one, flag, 1, two, 3 * SLICE);
          spin(two, flag + PAGE, 1, one, 3 * SLICE);
          one.compute(5 * SLICE).exit();
          two.compute(5 * SLICE).exit();
          main.join(one).join(two);
        });
  }

  @Test
  void waitsThatCannotBeFulfilledEndWithTheEarliest() throws IOException {
    for (int count : new int[] {8, 2, 1}) {
      cores = count;
      Replay run = circle();
      assertEquals(0, run.threadsLeft(), count + " cores");
      assertEquals(1, run.brokenOrders(), count + " cores");
    }
  }

  @Test
  void aThreadThatSpinsEndsWithTheProcess() throws IOException {
    Replay run =
        run(
            trace -> {
              long flag = trace.region("flag", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              ThreadBuilder writer = trace.spawn(main, "writer");
              long at = store(writer.compute(90_000_000), flag);
              spin(worker, flag, 2, writer, at);
              worker.exit();
              writer.exit();
              main.compute(100_000).exitGroup();
            });
    near(100_000, run.simulatedNanos());
    assertEquals(0, run.threadsLeft());
  }

  @Test
  void aSpinThatNothingEndedInTheRecordingKeepsItsLength() throws IOException {
    Replay run =
        run(
            trace -> {
              long flag = trace.region("flag", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              for (int i = 0; i < 5 * SLICE; i++) {
                worker.at("spin", "s.c", 2).read(flag);
              }
              main.compute(80_000).exitGroup();
            });
    near(80_000, run.simulatedNanos());
  }

  @Test
  void whatALockThatIsDecidedAnewSpinsForIsDecidedWithIt() throws IOException {
    Replay run =
        run(
            trace -> {
              long lock = trace.region("lock", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              worker.compute(100_000);
              worker.enter(SyncFunction.SPIN_LOCK, lock, 0, 0).atomic(lock);
              worker.leave(SyncFunction.SPIN_LOCK, lock, 0, 0, 0);
              worker.enter(SyncFunction.SPIN_UNLOCK, lock, 0, 0);
              long at = store(worker, lock);
              worker.leave(SyncFunction.SPIN_UNLOCK, lock, 0, 0, 0);
              worker.exit();
              main.enter(SyncFunction.SPIN_LOCK, lock, 0, 0);
              spin(main, lock, 2, worker, at);
              main.atomic(lock);
              main.leave(SyncFunction.SPIN_LOCK, lock, 0, 0, 0);
              main.call(SyncFunction.SPIN_UNLOCK, lock, 0, 0, 0);
              main.join(worker);
            });
    assertEquals(List.of(), wakes);
    assertEquals(0, run.brokenOrders());
  }

  @Test
  void numbersThatMakeNoSenseAreNoWait() throws IOException {
    Replay run =
        run(
            trace -> {
              long flag = trace.region("flag", 1);
              ThreadBuilder main = trace.mainThread();
              main.read(flag).spun(flag, 0, 0, main, 5);
              main.spun(-1, -5, 3, main, 5).spun(flag, 9, 3, main, 5);
              main.compute(1_000);
            });
    near(1_000, run.simulatedNanos());
  }
}
