package org.popcornreplay.reports.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class AmountsTest {
  @Test
  void timesHaveThreeDigitsAndTheUnitThatFits() {
    assertEquals("0 ns", Amounts.time(0));
    assertEquals("999 ns", Amounts.time(999));
    assertEquals("1.00 µs", Amounts.time(1000));
    assertEquals("1.00 ms", Amounts.time(999_999));
    assertEquals("12.3 ms", Amounts.time(12_345_678));
    assertEquals("123 s", Amounts.time(123_456_789_000.0));
    assertEquals("-1.50 µs", Amounts.time(-1500));
  }

  @Test
  void sizesAreInPowersOf1024() {
    assertEquals("58 B", Amounts.bytes(58));
    assertEquals("4.03 KiB", Amounts.bytes(4130));
    assertEquals("1.00 MiB", Amounts.bytes(1 << 20));
  }

  @Test
  void countsAgreeWithTheirNoun() {
    assertEquals("1 fault", Amounts.count(1, "fault"));
    assertEquals("12,345 faults", Amounts.count(12_345, "fault"));
  }

  @Test
  void sharesOfNothingAreNothing() {
    assertEquals("0 %", Amounts.share(0, 0));
    assertEquals("1.5 %", Amounts.share(15, 1000));
    assertEquals("61 %", Amounts.share(61, 100));
  }
}
