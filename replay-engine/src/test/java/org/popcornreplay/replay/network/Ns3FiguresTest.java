package org.popcornreplay.replay.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Figures that ns-3.37 printed for the same messages (bench/network). */
class Ns3FiguresTest {
  private static final double ROUNDING = 0.002;

  @Test
  void atOneGigabitASecondBothAgreeToTheNanosecond() {
    assertEquals(119_872_000, ours("uncontended", 2000, 2, 16_000, 3_000, 1_000_000_000L));
    assertEquals(751_304, ours("contended", 10, 3, 16_000, 3_000, 1_000_000_000L));
    assertEquals(28_207_304, ours("contended", 100, 9, 16_000, 3_000, 1_000_000_000L));
    assertEquals(1_173_704, ours("contended", 1, 33, 16_000, 3_000, 1_000_000_000L));
    assertEquals(352_047_304, ours("bulk", 10_000, 2, 16_000, 3_000, 1_000_000_000L));
  }

  @Test
  void elsewhereTheyDifferByTheRoundingOfAMessage() {
    near(18_985_000, ours("uncontended", 2000, 2, 3_000, 1_000, 10_000_000_000L));
    near(2_823_430, ours("contended", 100, 9, 3_000, 1_000, 10_000_000_000L));
    near(35_198_230, ours("bulk", 10_000, 2, 3_000, 1_000, 10_000_000_000L));
    near(520_327, ours("contended", 100, 9, 350, 200, 54_300_000_000L));
    near(6_491_127, ours("bulk", 10_000, 2, 350, 200, 54_300_000_000L));
  }

  private static long ours(
      String pattern, long messages, int nodes, long link, long inSwitch, long rate) {
    return NetworkPatterns.nanos(pattern, messages, nodes, link, inSwitch, rate);
  }

  private static void near(long theirs, long ours) {
    assertEquals((double) theirs, (double) ours, ROUNDING * theirs);
  }
}
