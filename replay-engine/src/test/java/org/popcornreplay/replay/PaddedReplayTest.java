package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.heap.AllocationSites;
import org.popcornreplay.replay.heap.HeapHistory;
import org.popcornreplay.replay.padding.Padding;
import org.popcornreplay.replay.padding.PaddingPlan;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.thread.SyncCensus;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.ExitCode;
import org.popcornreplay.traces.generate.ThreadBuilder;
import org.popcornreplay.traces.generate.TraceBuilder;

/** Replays in which objects have pages of their own. */
class PaddedReplayTest {
  private static final int PAGE = TraceBuilder.PAGE_BYTES;
  private static final int ROUNDS = 60;

  @TempDir Path dir;
  private int traces;

  private Path script(boolean full, Consumer<TraceBuilder> script) throws IOException {
    Path path = dir.resolve("trace" + traces++);
    Manifest manifest = new Manifest().fullDetail(full).sliceInstructions(10_000);
    try (TraceBuilder trace = TraceBuilder.create(path, manifest)) {
      script.accept(trace);
      trace.finish();
    }
    return path;
  }

  /** The words that two threads write again and again, so far from each other. */
  private Path counters(boolean full, int apart) throws IOException {
    return script(
        full,
        trace -> {
          long data = trace.region("data", 4);
          trace.variable("packed", data, 2L * apart);
          ThreadBuilder main = trace.mainThread();
          ThreadBuilder one = trace.spawn(main, "one");
          ThreadBuilder two = trace.spawn(main, "two");
          for (int i = 0; i < ROUNDS; i++) {
            one.at("f", "f.c", 1).update(data).compute(999_999);
            two.at("f", "f.c", 1).update(data + apart).compute(999_999);
          }
          one.exit();
          two.exit();
          main.join(one).join(two).exit();
        });
  }

  private static Replay run(Path path, int pageBytes, String... pads) {
    try (TraceReader trace = TraceReader.open(path)) {
      int threads = Replay.threadCount(trace);
      HeapHistory heap =
          HeapHistory.of(
              threads,
              trace::events,
              new AllocationSites(trace.stacks(), trace.code(), trace.images()));
      Padding padding =
          pads.length == 0
              ? Padding.none(trace, heap)
              : PaddingPlan.of(trace, heap, threads, List.of(pads), pageBytes);
      RunRequest request =
          new RunRequest(
              2,
              "round-robin",
              ProfileFile.load("dex-ib56"),
              Options.FAITHFUL,
              -1,
              false,
              pageBytes,
              1);
      SyncCensus census = SyncCensus.of(threads, padding::events);
      Replay run =
          new Replay(trace, padding, request, census, new RunListener() {}).checked(true).execute();
      assertNull(run.impasse());
      return run;
    }
  }

  private static long requests(Replay run) {
    return run.traffic().count(0, 1, MessageType.REMOTE_PAGE_REQUEST)
        + run.traffic().count(1, 0, MessageType.REMOTE_PAGE_REQUEST);
  }

  @Test
  void anArrayIsCutWhereOtherThreadsWriteAndThenItsPagesStay() throws IOException {
    Path packed = counters(false, 64);
    Replay plain = run(packed, PAGE);
    Replay padded = run(packed, PAGE, "packed");
    Replay apart = run(counters(false, PAGE), PAGE);
    assertTrue(requests(plain) > 50, "requests " + requests(plain));
    assertEquals(requests(apart), requests(padded));
    assertEquals(plain.accesses(), padded.accesses());
    assertEquals(requests(apart), requests(run(packed, PAGE, "packed/64")));
    assertEquals(requests(plain), requests(run(packed, PAGE, "packed/128")));
    assertEquals(requests(apart), requests(run(packed, 4 * PAGE, "packed")));
  }

  @Test
  void twoWordsOfOneLineAreToldApartInFullDetailOnly() throws IOException {
    assertEquals(
        requests(run(counters(true, PAGE), PAGE)),
        requests(run(counters(true, 8), PAGE, "packed")));
    Path visits = counters(false, 8);
    assertEquals(requests(run(visits, PAGE)), requests(run(visits, PAGE, "packed")));
    CommandException refused =
        assertThrows(CommandException.class, () -> run(visits, PAGE, "packed/8"));
    assertEquals(ExitCode.USAGE, refused.exitCode());
    assertTrue(refused.getMessage().contains("multiple of 64 bytes"), refused.getMessage());
  }

  @Test
  void aLockMovesWithTheObjectThatHoldsIt() throws IOException {
    Path path =
        script(
            false,
            trace -> {
              long data = trace.region("data", 1);
              trace.variable("lock", data + 64, 40).variable("counter", data + 256, 8);
              ThreadBuilder main = trace.mainThread();
              ThreadBuilder one = trace.spawn(main, "one");
              ThreadBuilder two = trace.spawn(main, "two");
              for (int i = 0; i < ROUNDS; i++) {
                for (ThreadBuilder t : List.of(one, two)) {
                  t.lock(data + 64).update(data + 256).unlock(data + 64).compute(500_000);
                }
              }
              one.exit();
              two.exit();
              main.join(one).join(two).exit();
            });
    Replay plain = run(path, PAGE);
    Replay padded = run(path, PAGE, "lock", "counter");
    assertEquals(plain.accesses(), padded.accesses());
    assertTrue(requests(padded) > requests(plain), "lock and counter are two pages now");
  }

  @Test
  void aBlockMovesOnlyWhileItLives() throws IOException {
    // The second block at the address is another site's; only it is written by two threads.
    Path path =
        script(
            false,
            trace -> {
              long heap = trace.region("heap", 2);
              int first = trace.stack(trace.code("make", "/src/a.c", 5));
              int second = trace.stack(trace.code("build", "/src/b.c", 7));
              ThreadBuilder main = trace.mainThread();
              main.malloc(heap, 128, 0, first).write(heap).compute(10).free(heap, 0);
              main.syscall(39, 0, 0, 0, 1, 0);
              main.malloc(heap, 128, 1, second);
              ThreadBuilder one = trace.spawn(main, "one");
              ThreadBuilder two = trace.spawn(main, "two");
              for (int i = 0; i < ROUNDS; i++) {
                one.at("f", "f.c", 1).update(heap).compute(999_999);
                two.at("f", "f.c", 1).update(heap + 64).compute(999_999);
              }
              one.exit();
              two.exit();
              main.join(one).join(two).exit();
            });
    long plain = requests(run(path, PAGE));
    assertTrue(plain > 50, "requests " + plain);
    assertEquals(plain, requests(run(path, PAGE, "a.c:5")));
    long padded = requests(run(path, PAGE, "src/b.c:7"));
    assertTrue(padded * 10 < plain, padded + " of " + plain);
  }

  @Test
  void whatTheTraceDoesNotNameIsRefused() throws IOException {
    Path path = counters(false, 64);
    for (String wrong : List.of("nothing", "f.c:1", "packed/0", "", "/64")) {
      CommandException refused = assertThrows(CommandException.class, () -> run(path, PAGE, wrong));
      assertEquals(ExitCode.USAGE, refused.exitCode(), wrong);
      assertTrue(refused.getMessage().startsWith("--pad=" + wrong), refused.getMessage());
    }
  }
}
