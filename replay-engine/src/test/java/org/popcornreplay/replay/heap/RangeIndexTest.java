package org.popcornreplay.replay.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangeIndexTest {
  @Test
  void findsWhatASearchThroughAllFinds() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      int count = random.nextInt(40);
      long[] start = random.longs(count, 0, 200).sorted().toArray();
      long[] end = new long[count];
      Arrays.setAll(end, i -> start[i] + 1 + random.nextInt(i % 7 == 0 ? 150 : 5));
      RangeIndex index = new RangeIndex(start, end);
      for (int first = 0; first < 210; first += 3) {
        int last = first + 1 + random.nextInt(10);
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          if (start[i] < last && end[i] > first) {
            expected.add(i);
          }
        }
        List<Integer> found = new ArrayList<>();
        index.overlapping(first, last, found::add);
        assertEquals(expected, found);
      }
    }
  }
}
