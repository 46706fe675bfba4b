package org.popcornreplay.reports.charts;

/** The unit in which an axis shows times: the largest that leaves the longest time above 1. */
enum TimeUnit {
  NANOSECONDS("ns", 1),
  MICROSECONDS("µs", 1e3),
  MILLISECONDS("ms", 1e6),
  SECONDS("s", 1e9);

  private final String symbol;
  private final double nanos;

  TimeUnit(String symbol, double nanos) {
    this.symbol = symbol;
    this.nanos = nanos;
  }

  static TimeUnit fitting(long longestNanos) {
    TimeUnit fitting = NANOSECONDS;
    for (TimeUnit unit : values()) {
      if (longestNanos >= 2 * unit.nanos) {
        fitting = unit;
      }
    }
    return fitting;
  }

  String symbol() {
    return symbol;
  }

  double of(long valueNanos) {
    return valueNanos / nanos;
  }
}
