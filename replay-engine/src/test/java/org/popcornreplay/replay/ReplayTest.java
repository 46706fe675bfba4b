package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
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
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;
import org.popcornreplay.traces.generate.ThreadBuilder;
import org.popcornreplay.traces.generate.TraceBuilder;

class ReplayTest {
  private static final int PAGE = TraceBuilder.PAGE_BYTES;

  @TempDir Path dir;
  private int traces;

  private Path pattern(Pattern pattern, PatternOptions options) throws IOException {
    Path path = dir.resolve("trace" + traces++);
    GeneratedTrace.write(path, pattern, options);
    return path;
  }

  private Path script(Consumer<TraceBuilder> script) throws IOException {
    Path path = dir.resolve("trace" + traces++);
    try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
      script.accept(trace);
      trace.finish();
    }
    return path;
  }

  private static RunRequest request(int nodes, String placement, CostProfile profile) {
    return new RunRequest(nodes, placement, profile, Options.FAITHFUL, -1, false, PAGE, 1);
  }

  private static Replay run(Path path, RunRequest request, RunListener listener) {
    try (TraceReader trace = TraceReader.open(path)) {
      SyncCensus census = SyncCensus.of(Replay.threadCount(trace), trace::events);
      return new Replay(trace, request, census, listener).checked(true).execute();
    }
  }

  private static Replay run(Path path, int nodes, String placement) {
    Replay run = run(path, request(nodes, placement, dex()), new RunListener() {});
    assertNull(run.impasse());
    return run;
  }

  private static CostProfile dex() {
    return ProfileFile.load("dex-ib56");
  }

  @Test
  void aRoundTripToARemoteCostsTheMessagesOfTheProtocol() throws IOException {
    Path path =
        script(
            trace -> {
              long data = trace.region("data", 2);
              ThreadBuilder main = trace.mainThread();
              main.write(data).write(data + PAGE);
              main.migrate(1).at("f", "f.c", 1).read(data).write(data).write(data + PAGE);
              main.migrate(0).read(data);
            });
    Replay run = run(path, 2, "trace");
    Traffic t = run.traffic();
    assertEquals(1, t.count(0, 1, MessageType.TASK_MIGRATE));
    assertEquals(1, t.count(1, 0, MessageType.TASK_MIGRATE_BACK));
    assertEquals(2, t.count(1, 0, MessageType.VMA_INFO_REQUEST)); // text and data
    assertEquals(3, t.count(1, 0, MessageType.REMOTE_PAGE_REQUEST)); // read, upgrade, write
    assertEquals(2, t.count(0, 1, MessageType.REMOTE_PAGE_RESPONSE));
    assertEquals(1, t.count(0, 1, MessageType.REMOTE_PAGE_RESPONSE_SHORT));
    assertEquals(1, t.count(0, 1, MessageType.REMOTE_PAGE_REQUEST)); // the read at the origin
    assertEquals(1, t.count(0, 1, MessageType.TASK_EXIT_ORIGIN));
  }

  @Test
  void aThreadThatHasJustBegunDoesNotRunAheadOfWhatItsCreatorDoesNext() throws IOException {
    Path path =
        script(
            trace -> {
              long data = trace.region("data", 1);
              ThreadBuilder main = trace.mainThread();
              main.write(data); // so that the first thread hits at once
              ThreadBuilder one = trace.spawn(main, "one");
              ThreadBuilder two = trace.spawn(main, "two");
              for (int i = 0; i < 60; i++) {
                one.update(data).compute(999_999);
                two.update(data).compute(999_999);
              }
              one.exit();
              two.exit();
              main.join(one).join(two).exit();
            });
    Traffic t = run(path, 2, "round-robin").traffic();
    assertTrue(t.count(1, 0, MessageType.REMOTE_PAGE_REQUEST) > 50);
  }

  @Test
  void theSameRunTwiceIsTheSameToTheLastFact() throws IOException {
    Path path = pattern(Pattern.STENCIL, new PatternOptions(4, 2, 30, 500, 0, 7));
    List<String> first = facts(path);
    List<String> second = facts(path);
    assertTrue(first.size() > 100);
    assertEquals(first, second);
  }

  private static List<String> facts(Path path) {
    List<String> facts = new ArrayList<>();
    RunListener listener =
        new RunListener() {
          @Override
          public void message(
              long sequence,
              MessageType type,
              int from,
              int to,
              int bytes,
              long sent,
              long delivered,
              long handled,
              int thread,
              long page,
              int result) {
            assertTrue(sent <= delivered && delivered <= handled);
            facts.add(sequence + " " + type + " " + from + ">" + to + " " + sent + " " + handled);
          }

          @Override
          public void interval(int thread, int node, String state, long start, long end) {
            assertTrue(start < end);
            facts.add(thread + " " + node + " " + state + " " + start + " " + end);
          }
        };
    run(path, request(4, "block", dex()), listener);
    return facts;
  }

  @Test
  void statesOfAThreadFillItsLife() throws IOException {
    Path path = pattern(Pattern.LOCK, new PatternOptions(3, 1, 40, 2000, 0, 1));
    Replay run = run(path, 3, "round-robin");
    for (int i = 0; i < run.threads(); i++) {
      var t = run.threadNumber(i);
      long sum = 0;
      for (var state : org.popcornreplay.replay.thread.ThreadState.values()) {
        sum += t.nanosIn(state);
      }
      assertEquals(t.endNanos() - t.startNanos(), sum, "thread " + i);
    }
  }

  @Test
  void privateWorkGainsWithNodes() throws IOException {
    Path path = pattern(Pattern.PRIVATE, new PatternOptions(8, 4, 2000, 20_000, 0, 1));
    RunRequest one = new RunRequest(1, "block", dex(), Options.FAITHFUL, 1, false, PAGE, 1);
    RunRequest four = new RunRequest(4, "block", dex(), Options.FAITHFUL, 1, false, PAGE, 1);
    long alone = run(path, one, new RunListener() {}).simulatedNanos();
    long spread = run(path, four, new RunListener() {}).simulatedNanos();
    assertTrue(3 * spread < alone, spread + " against " + alone);
  }

  @Test
  void falseSharingLoses() throws IOException {
    Path path = pattern(Pattern.FALSE_SHARING, new PatternOptions(2, 1, 3000, 20_000, 0, 1));
    long together = run(path, 1, "origin").simulatedNanos();
    Replay apart = run(path, 2, "round-robin");
    assertTrue(apart.simulatedNanos() > together);
    assertTrue(apart.traffic().messages() > 500, "messages: " + apart.traffic().messages());
  }

  @Test
  void aFasterNetworkNeverSlowsARunInRecordedOrder() throws IOException {
    for (Pattern pattern :
        List.of(
            Pattern.PRODUCER_CONSUMER,
            Pattern.LOCK,
            Pattern.PRIVATE,
            Pattern.READ_SHARED,
            Pattern.STENCIL)) {
      Path path = pattern(pattern, new PatternOptions(3, 2, 60, 1000, 0, 1));
      long before = Long.MAX_VALUE;
      for (int latency : new int[] {64_000, 16_000, 4_000, 1_000, 250}) {
        CostProfile profile = dex().with(ProfileKey.LINK_LATENCY, Integer.toString(latency));
        RunRequest request =
            new RunRequest(3, "round-robin", profile, Options.FAITHFUL, -1, true, PAGE, 1);
        Replay run = run(path, request, new RunListener() {});
        assertNull(run.impasse());
        String what = pattern + " at latency " + latency + ": " + run.simulatedNanos();
        assertTrue(run.simulatedNanos() <= before, what + " after " + before);
        before = run.simulatedNanos();
      }
    }
  }

  @Test
  void allPatternsRunOnManyNodesAndPageSizes() throws IOException {
    for (Pattern pattern : Pattern.values()) {
      Path path = pattern(pattern, new PatternOptions(4, 2, 40, 300, 0, 3));
      long accesses = run(path, 1, "origin").accesses();
      for (int pageBytes : new int[] {64, 512, 4096, 65536, 1 << 21}) {
        for (int nodes : new int[] {1, 3, 40}) {
          RunRequest request =
              new RunRequest(
                  nodes, "round-robin", dex(), Options.FAITHFUL, -1, false, pageBytes, 1);
          Replay run = run(path, request, new RunListener() {});
          assertNull(run.impasse(), pattern + " " + pageBytes + " " + nodes);
          assertEquals(accesses, run.accesses(), pattern + " " + pageBytes);
          assertEquals(0, run.threadsLeft());
        }
      }
    }
  }

  /**
   * A thread maps memory, protects it piece by piece, as allocators do, and unmaps some; its
   * neighbours in one large page are read-only, or code.
   */
  @Test
  void mappingsThatShareALargePageAreAllThere() throws IOException {
    Path path =
        script(
            trace -> {
              long behindText = 0x410000;
              long readable = trace.region("readable", 1, 1);
              long stack = readable + PAGE;
              long arena = trace.reserve(300);
              ThreadBuilder main = trace.mainThread();
              main.read(readable).mmap(stack, 40 * PAGE, 0).mprotect(stack + PAGE, 39 * PAGE, 3);
              ThreadBuilder worker = trace.spawn(main, "worker");
              worker.migrate(1).write(stack + 2 * PAGE).write(stack + 39 * PAGE);
              worker.mmap(arena, 300 * PAGE, 3).write(arena).write(arena + 299 * PAGE);
              worker.munmap(arena, 10 * PAGE).mmap(arena, 20 * PAGE, 3).write(arena);
              worker.mmap(behindText, PAGE, 3).write(behindText).migrate(0).read(readable).exit();
              main.join(worker);
              main.exit();
            });
    for (int pageBytes : new int[] {64, 1024, 4096, 8192, 16384, 65536, 1 << 21}) {
      RunRequest request =
          new RunRequest(2, "trace", dex(), Options.FAITHFUL, -1, false, pageBytes, 1);
      Replay run = run(path, request, new RunListener() {});
      assertNull(run.impasse(), "page of " + pageBytes + " bytes");
    }
  }

  @Test
  void aMappingOverAnotherAtARemoteFailsAsInTheKernelAndSaysWhy() throws IOException {
    Path path =
        script(
            trace -> {
              long library = trace.reserve(4);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              worker.migrate(1).mmap(library, 4 * PAGE, 1).mmap(library + PAGE, PAGE, 3);
              worker.write(library + PAGE).exit();
              main.join(worker);
            });
    assertNull(run(path, request(1, "trace", dex()), new RunListener() {}).impasse());
    String said = run(path, request(2, "trace", dex()), new RunListener() {}).impasse();
    assertTrue(said.contains("on node 1: SIGSEGV"), said);
    assertTrue(said.contains("mapped rw- at the origin and still r-- on node 1"), said);
    RunRequest repaired =
        new RunRequest(
            2, "trace", dex(), Options.FAITHFUL.with("VMA_COHERENCE", "full"), -1, false, PAGE, 1);
    assertNull(run(path, repaired, new RunListener() {}).impasse());
  }

  @Test
  void smallPagesEndFalseSharing() throws IOException {
    Path path = pattern(Pattern.FALSE_SHARING, new PatternOptions(4, 1, 500, 20_000, 0, 1));
    RunRequest small = new RunRequest(4, "round-robin", dex(), Options.FAITHFUL, -1, false, 64, 1);
    long lines = run(path, small, new RunListener() {}).traffic().messages();
    long pages = run(path, 4, "round-robin").traffic().messages();
    assertTrue(10 * lines < pages, lines + " against " + pages);
  }

  @Test
  void aLockThatIsNeverReleasedEndsWithWhoWaitsForWhom() throws IOException {
    Path path =
        script(
            trace -> {
              long a = trace.region("a", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              main.lock(a);
              worker.compute(100_000).lockAfterWaiting(a).exit();
              main.join(worker);
            });
    Replay run = run(path, request(2, "block", dex()), new RunListener() {});
    assertNotNull(run.impasse());
    assertTrue(run.impasse().contains("lock held by thread 0"), run.impasse());
    assertTrue(run.impasse().contains("end of thread 1"), run.impasse());
  }

  @Test
  void exitGroupEndsThreadsThatRunOrWaitForACore() throws IOException {
    Path path =
        script(
            trace -> {
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder one = trace.spawn(main, "one");
              ThreadBuilder two = trace.spawn(main, "two");
              one.compute(500_000_000);
              two.compute(500_000_000);
              main.compute(1_000_000);
              main.event(
                  org.popcornreplay.traces.EventKind.PROCESS_EXIT, 231, 0, 0, 0, 0, 0, 0, 0, 0);
            });
    for (int cores : new int[] {1, 2, 4}) {
      RunRequest request =
          new RunRequest(1, "origin", dex(), Options.FAITHFUL, cores, false, PAGE, 1);
      Replay run = run(path, request, new RunListener() {});
      assertNull(run.impasse());
      assertEquals(0, run.threadsLeft());
      assertTrue(run.simulatedNanos() < 20_000_000, "ended at " + run.simulatedNanos());
    }
  }

  @Test
  void aFutexWaitWhoseWakeCameBeforeItDoesNotSleep() throws IOException {
    // A capture numbers a wait when it returns, so after the wake that ended it.
    Path path =
        script(
            trace -> {
              long word = trace.region("word", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder worker = trace.spawn(main, "worker");
              worker.atomic(word).compute(1_000_000);
              main.atomic(word).futexWake(word, 1, 1);
              worker.futexWait(word, 1, 0).atomic(word).exit();
              main.join(worker);
            });
    Replay run = run(path, 2, "round-robin");
    assertEquals(0, run.threadsLeft());
  }

  @Test
  void moreThreadsThanCoresTakeTurns() throws IOException {
    Path path = pattern(Pattern.PRIVATE, new PatternOptions(4, 1, 1000, 50_000, 0, 1));
    long wide =
        run(
                path,
                new RunRequest(1, "origin", dex(), Options.FAITHFUL, 4, false, PAGE, 1),
                new RunListener() {})
            .simulatedNanos();
    long narrow =
        run(
                path,
                new RunRequest(1, "origin", dex(), Options.FAITHFUL, 1, false, PAGE, 1),
                new RunListener() {})
            .simulatedNanos();
    double ratio = (double) narrow / wide;
    assertTrue(ratio > 3.8 && ratio < 4.3, "ratio " + ratio);
  }

  @Test
  void aThreadDoesNotRunAheadOfWhatItsCreatorGoesOnToDo() throws IOException {
    // The creator makes a second writer in the step in which it made the first.
    Path path =
        script(
            trace -> {
              long data = trace.region("data", 1);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder one = trace.spawn(main, "one");
              ThreadBuilder two = trace.spawn(main, "two");
              for (int i = 0; i < 50; i++) {
                one.write(data).compute(100_000);
                two.write(data + 64).compute(100_000);
              }
              one.exit();
              two.exit();
              main.join(one).join(two);
            });
    CostProfile near = ProfileFile.load("ideal").with(ProfileKey.LINK_LATENCY, "100");
    Replay run = run(path, request(2, "round-robin", near), new RunListener() {});
    assertTrue(run.traffic().messages() > 150, "messages: " + run.traffic().messages());
  }
}
