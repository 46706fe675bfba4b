package org.popcornreplay.replay.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class JitterTest {
  private static final long[] QUANTILES = {0, 100, 1_000};

  private static long[] draws(long[] quantiles, long seed, int from, int to) {
    Jitter jitter = new Jitter(quantiles, seed, from, to);
    return LongStream.generate(jitter::nextNanos).limit(10_000).toArray();
  }

  @Test
  void withoutQuantilesNothingIsLateAndASingleOneIsAlwaysTheAnswer() {
    assertTrue(Arrays.stream(draws(new long[0], 1, 0, 1)).allMatch(nanos -> nanos == 0));
    assertTrue(Arrays.stream(draws(new long[] {7}, 1, 0, 1)).allMatch(nanos -> nanos == 7));
  }

  @Test
  void drawsFollowTheQuantiles() {
    long[] sorted = draws(QUANTILES, 1, 0, 1);
    Arrays.sort(sorted);
    assertTrue(sorted[0] >= 0 && sorted[9_999] <= 1_000);
    // The median of 10,000 draws has a standard error of half a percent of the probability.
    assertTrue(Math.abs(sorted[5_000] - 100) < 30, "median " + sorted[5_000]);
    assertTrue(Math.abs(sorted[7_500] - 550) < 50, "third quartile " + sorted[7_500]);
  }

  @Test
  void theSameSeedAndLinkDrawTheSameAndOthersDoNot() {
    long[] once = draws(QUANTILES, 1, 0, 1);
    assertEquals(Arrays.toString(once), Arrays.toString(draws(QUANTILES, 1, 0, 1)));
    assertFalse(Arrays.equals(once, draws(QUANTILES, 2, 0, 1)));
    assertFalse(Arrays.equals(once, draws(QUANTILES, 1, 1, 0)));
    assertFalse(Arrays.equals(once, draws(QUANTILES, 1, 0, 2)));
  }
}
