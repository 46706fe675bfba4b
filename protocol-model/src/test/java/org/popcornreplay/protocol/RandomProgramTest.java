package org.popcornreplay.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Random programs, one access after the other and all at once, against straight-line rules. */
final class RandomProgramTest extends Bench {
  private static final int NODES = 4;
  private static final int PAGES = 2;

  private void startAll() {
    start(NODES);
    threads(0, 1, 2, 3, 1, 0);
    for (int node = 1; node < NODES; node++) {
      popcorn.givenWarm(P, node);
    }
  }

  private static int nodeOf(int thread) {
    return new int[] {0, 1, 2, 3, 1, 0}[thread];
  }

  @Property(tries = 300)
  void oneAfterTheOtherLikeTheReference(
      @ForAll @Size(max = 30) List<@IntRange(max = 6 * PAGES * 2 - 1) Integer> program) {
    RandomProgramTest bench = new RandomProgramTest();
    bench.startAll();
    ReferencePage[] reference = {new ReferencePage(), new ReferencePage()};
    long expectedMessages = 0;
    long moment = 0;
    for (int code : program) {
      int page = code % PAGES;
      boolean write = code / PAGES % 2 == 1;
      int thread = code / PAGES / 2;
      bench.access(moment, thread, P + page, write);
      moment += 10_000;
      ReferencePage place = reference[page];
      expectedMessages += write ? place.write(nodeOf(thread)) : place.read(nodeOf(thread));
    }
    bench.finish();
    assertEquals(expectedMessages, bench.world.sent().size());
    for (int page = 0; page < PAGES; page++) {
      assertArrayEquals(reference[page].owners(), bench.popcorn.owners(P + page));
    }
  }

  @Property(tries = 300)
  void allAtOnceEveryAccessEnds(
      @ForAll @Size(6) List<@Size(max = 4) List<@IntRange(max = 3) Integer>> programs,
      @ForAll @Size(6) List<@IntRange(max = 120) Integer> starts) {
    RandomProgramTest bench = new RandomProgramTest();
    bench.startAll();
    int[] ended = new int[1];
    int operations = 0;
    for (int thread = 0; thread < programs.size(); thread++) {
      List<Integer> program = programs.get(thread);
      operations += program.size();
      int who = thread;
      bench.world.at(starts.get(thread) * 1000L, () -> bench.next(who, program, 0, ended));
    }
    bench.finish();
    assertEquals(operations, ended[0]);
  }

  private void next(int thread, List<Integer> program, int place, int[] ended) {
    if (place < program.size()) {
      int code = program.get(place);
      popcorn.access(
          thread,
          P + code % PAGES,
          code / PAGES == 1,
          AccessMode.USER,
          (id, result) -> {
            assertEquals(Outcome.OK, result);
            ended[0]++;
            next(thread, program, place + 1, ended);
          });
    }
  }
}
