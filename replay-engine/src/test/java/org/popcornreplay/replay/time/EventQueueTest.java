package org.popcornreplay.replay.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class EventQueueTest {
  @Property(tries = 200)
  void stepsRunInOrderOfTimeThenOfAsking(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @IntRange(min = 1, max = 9) int nodes) {
    Random random = new Random(seed);
    EventQueue queue = new EventQueue(nodes);
    List<long[]> ran = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      long time = random.nextInt(40);
      long number = i;
      if (random.nextBoolean()) {
        queue.at(random.nextInt(nodes), time, () -> ran.add(new long[] {time, number}));
      } else {
        queue.running(random.nextInt(nodes), time, () -> ran.add(new long[] {time, number}));
      }
    }
    while (queue.runNext()) {
      assertEquals(ran.get(ran.size() - 1)[0], queue.nowNanos());
    }
    assertEquals(300, ran.size());
    for (int i = 1; i < ran.size(); i++) {
      long[] before = ran.get(i - 1);
      long[] after = ran.get(i);
      boolean ordered = before[0] < after[0] || (before[0] == after[0] && before[1] < after[1]);
      assertEquals(true, ordered);
    }
  }

  @Test
  void horizonIsTheNextFirmStepOfTheNodeOrTheReachOfAnyOther() {
    EventQueue queue = new EventQueue(3);
    assertEquals(EventQueue.NEVER, queue.horizon(0, 10, 30));
    queue.running(1, 100, () -> {});
    assertEquals(130, queue.horizon(0, 10, 30));
    queue.running(0, 90, () -> {});
    assertEquals(120, queue.horizon(0, 10, 30));
    queue.at(2, 105, () -> {});
    assertEquals(115, queue.horizon(0, 10, 30));
    queue.at(0, 95, () -> {});
    assertEquals(95, queue.horizon(0, 10, 30));
    assertEquals(105, queue.horizon(1, 10, 30));
  }

  @Test
  void thePastIsRefused() {
    EventQueue queue = new EventQueue(1);
    queue.at(0, 5, () -> {});
    queue.runNext();
    assertThrows(IllegalArgumentException.class, () -> queue.at(0, 4, () -> {}));
  }
}
