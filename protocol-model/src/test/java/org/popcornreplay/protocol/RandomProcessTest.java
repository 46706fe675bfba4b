package org.popcornreplay.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;
import org.popcornreplay.protocol.ReferenceProcess.Right;

/** Random programs of all kinds of operations on three nodes, against straight-line rules. */
final class RandomProcessTest extends Bench {
  private static final int NODES = 3;
  private static final int THREADS = 3;
  private static final int PAGES = 2;
  private static final int CODES = 100_000;

  /** A second region, which exists only while it is mapped. */
  private static final long M = P + 16;

  private static final long TOUCHED = P + 100;

  private final ReferenceProcess reference = new ReferenceProcess(NODES, THREADS);
  private final List<String> story = new ArrayList<>();
  private int result;

  private void startAll() {
    start(NODES);
    threads(0, 0, 0);
    // The origin has a page table there, as any process; without one a futex wait is an EINVAL.
    popcorn.createRegion(TOUCHED, 1, RegionKind.ANON, RW, 9);
    popcorn.access(0, TOUCHED, true, AccessMode.USER, (thread, ended) -> {});
    reference.map(0, P);
    world.run();
  }

  /** Runs one operation to its end and compares its messages. */
  private void run(String what, int expectedMessages, World.Step operation) {
    int before = world.sent().size();
    story.add(what);
    world.at(world.nowNanos(), operation);
    world.run();
    List<String> sent = world.sent().subList(before, world.sent().size());
    assertEquals(expectedMessages, sent.size(), () -> story + " " + sent);
  }

  private void ends(int thread, int with) {
    result = with;
  }

  @Property(tries = 1000)
  void everyOperationLikeTheReference(
      @ForAll @Size(max = 40) List<@IntRange(max = CODES - 1) Integer> program) {
    RandomProcessTest bench = new RandomProcessTest();
    bench.startAll();
    for (int code : program) {
      bench.step(code);
      bench.compare();
    }
    bench.exitAll();
    bench.finish();
  }

  /** Does what a number stands for. Threads survive a SIGSEGV, as with a handler for it. */
  private void step(int code) {
    int thread = code % THREADS;
    int argument = code / THREADS / 16;
    if (!reference.isAlive(thread)) {
      return;
    }
    switch (code / THREADS % 16) {
      case 0, 1, 2, 3, 4, 5, 6 -> access(thread, argument % 3, argument / 3 % 2 == 1);
      case 7, 8, 9 -> migrate(thread, argument % NODES);
      case 10 -> map(thread);
      case 11 -> unmap(thread);
      case 12 -> protect(thread, argument % 2 == 0 ? P : M, argument / 2 % 2 == 0);
      case 13 -> futex(thread, argument % PAGES, argument / PAGES % 2 == 0);
      case 14 -> exit(thread);
      default -> count("nothing");
    }
  }

  private static void count(String act) {
    Statistics.collect(act);
  }

  private void access(int thread, int place, boolean write) {
    count(write ? "write" : "read");
    long region = place < PAGES ? P : M;
    long page = place < PAGES ? P + place : M;
    int expected = reference.access(thread, region, page, write);
    int messages = expected < 0 ? -1 - expected : expected;
    run(
        "T" + thread + (write ? " writes " : " reads ") + page,
        messages,
        () -> popcorn.access(thread, page, write, AccessMode.USER, this::ends));
    assertEquals(expected < 0 ? Outcome.SIGSEGV : Outcome.OK, result, () -> "" + story);
    if (expected < 0) {
      count("SIGSEGV");
    }
  }

  private void migrate(int thread, int to) {
    int from = reference.node(thread);
    if (from == to) {
      run("T" + thread + " stays", 0, () -> popcorn.migrate(thread, to, this::ends));
      assertEquals(Outcome.EBUSY, result);
      return;
    }
    count("migrate");
    run(
        "T" + thread + " goes to " + to,
        reference.migrate(thread, to),
        () -> {
          if (from != Popcorn.ORIGIN && to != Popcorn.ORIGIN) {
            popcorn.migrate(thread, 0, (id, back) -> popcorn.migrate(id, to, this::ends));
          } else {
            popcorn.migrate(thread, to, this::ends);
          }
        });
    assertEquals(Outcome.OK, result);
  }

  private void map(int thread) {
    if (!reference.isMapped(M)) {
      count("mmap");
      run(
          "T" + thread + " maps M",
          reference.map(thread, M),
          () -> popcorn.mmap(thread, M, 1, RegionKind.ANON, RW, 2, this::ends));
    }
  }

  private void unmap(int thread) {
    if (reference.isMapped(M)) {
      count("munmap");
      run(
          "T" + thread + " unmaps M",
          reference.unmap(thread, M, 1),
          () -> popcorn.munmap(thread, M, 1, this::ends));
    }
  }

  private void protect(int thread, long region, boolean write) {
    if (reference.isMapped(region)) {
      count("mprotect");
      int count = region == P ? PAGES : 1;
      run(
          "T" + thread + " protects " + region + (write ? " rw" : " r"),
          reference.protect(thread, region, count, write),
          () -> popcorn.mprotect(thread, region, count, write ? RW : Vma.READ, this::ends));
    }
  }

  private void futex(int thread, int place, boolean stale) {
    long page = P + place;
    int waker = (thread + 1) % THREADS;
    if (stale) {
      count("futex wait, stale");
      run(
          "T" + thread + " waits in vain on " + page,
          reference.futexWait(thread, page, true),
          () -> popcorn.futexWait(thread, page, 4, () -> false, Popcorn.NO_TIMEOUT, this::ends));
      assertEquals(Outcome.EWOULDBLOCK, result);
    } else if (reference.isAlive(waker)) {
      count("futex wait and wake");
      run(
          "T" + thread + " waits on " + page,
          reference.futexWait(thread, page, false),
          () -> popcorn.futexWait(thread, page, 4, () -> true, Popcorn.NO_TIMEOUT, this::ends));
      result = -1;
      run(
          "T" + waker + " wakes",
          reference.futexWake(waker, thread),
          () -> popcorn.futexWake(waker, page, 4, 1, (id, woken) -> assertEquals(1, woken)));
      assertEquals(Outcome.OK, result);
    }
  }

  private void exit(int thread) {
    if (reference.living() > 1) {
      count("exit");
      run("T" + thread + " exits", reference.exit(thread), () -> popcorn.exit(thread, this::ends));
      assertTrue(popcorn.hasEnded(thread));
    }
  }

  private void exitAll() {
    for (int thread = 0; thread < THREADS; thread++) {
      if (reference.isAlive(thread)) {
        int last = thread;
        run("T" + last + " exits", reference.exit(last), () -> popcorn.exit(last, this::ends));
      }
    }
    for (int thread = 0; thread < THREADS; thread++) {
      assertTrue(popcorn.hasEnded(thread));
    }
  }

  /** Owners and rights of every page, and where each thread is. */
  private void compare() {
    for (long page : new long[] {P, P + 1, M}) {
      boolean mapped = page < M || reference.isMapped(M);
      assertArrayEquals(reference.owners(page), popcorn.owners(page), () -> page + " " + story);
      for (int node = 0; node < NODES; node++) {
        Right right =
            popcorn.pteState(page, node).allows(true)
                ? Right.WRITE
                : popcorn.pteState(page, node).allows(false) ? Right.READ : Right.NONE;
        String where = page + " at node " + node + " ";
        assertEquals(reference.right(page, node), right, () -> where + story);
        assertTrue(mapped || right == Right.NONE);
      }
    }
    for (int thread = 0; thread < THREADS; thread++) {
      if (reference.isAlive(thread)) {
        assertEquals(reference.node(thread), popcorn.nodeOf(thread), () -> "" + story);
      }
    }
  }

  /** All kinds that may meet: nothing is left behind, every operation ends. */
  @Property(tries = 500)
  void allAtOnceEveryOperationEnds(
      @ForAll @Size(THREADS) List<@Size(max = 6) List<@IntRange(max = CODES - 1) Integer>> programs,
      @ForAll @Size(THREADS) List<@IntRange(max = 300) Integer> starts) {
    RandomProcessTest bench = new RandomProcessTest();
    bench.startAll();
    int[] ended = new int[1];
    int operations = 0;
    long now = bench.world.nowNanos();
    for (int thread = 0; thread < THREADS; thread++) {
      List<Integer> program = programs.get(thread);
      operations += program.size() + 1;
      int who = thread;
      bench.world.at(now + starts.get(thread) * 1000L, () -> bench.next(who, program, 0, ended));
    }
    bench.finish();
    assertEquals(operations, ended[0]);
  }

  private void next(int thread, List<Integer> program, int place, int[] ended) {
    Completion done =
        (id, with) -> {
          assertTrue(with >= 0 || with == Outcome.EBUSY, () -> Outcome.name(with));
          ended[0]++;
          if (place < program.size()) {
            next(id, program, place + 1, ended);
          }
        };
    if (place == program.size()) {
      popcorn.exit(thread, done);
      return;
    }
    int code = program.get(place);
    int argument = code / 16;
    long page = P + argument % PAGES;
    switch (code % 16) {
      case 0, 1, 2, 3 -> popcorn.access(thread, page, false, AccessMode.USER, done);
      case 4, 5, 6, 7, 8 -> popcorn.access(thread, page, true, AccessMode.USER, done);
      case 9, 10, 11 -> {
        int node = popcorn.nodeOf(thread);
        popcorn.migrate(thread, node == Popcorn.ORIGIN ? argument % NODES : 0, done);
      }
      case 12 -> popcorn.futexWake(thread, page, 4, 1, done);
      case 13 ->
          popcorn.futexWait(
              thread,
              page,
              4,
              () -> true,
              1000L * (argument % 500),
              (id, with) -> done.ended(id, with == Outcome.ETIMEDOUT ? 0 : with));
      default -> popcorn.mprotect(thread, P, PAGES, RW, done);
    }
  }
}
