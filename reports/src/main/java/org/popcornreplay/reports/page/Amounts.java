package org.popcornreplay.reports.page;

import java.util.Locale;

/** Numbers as people read them: three digits that matter, and a unit. */
public final class Amounts {
  private static final String[] TIME_UNITS = {"ns", "µs", "ms", "s"};
  private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Amounts() {}

  /** A duration, for example {@code 12.3 ms}. */
  public static String time(long nanos) {
    return time((double) nanos);
  }

  /** A duration in parts of nanoseconds. */
  public static String time(double nanos) {
    return scaled(nanos, 1000, TIME_UNITS);
  }

  /** A size, for example {@code 4.03 KiB}. */
  public static String bytes(long bytes) {
    return bytes((double) bytes);
  }

  /** A size in parts of bytes. */
  public static String bytes(double bytes) {
    return scaled(bytes, 1024, BYTE_UNITS);
  }

  /** A whole number with thousands apart, for example {@code 12,345}. */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** A count with its noun, for example {@code 1 fault} or {@code 2 faults}. */
  public static String count(long count, String noun) {
    return count(count) + " " + noun + (count == 1 ? "" : "s");
  }

  /** A part of a whole, for example {@code 61 %}; {@code 0 %} of nothing. */
  public static String share(long part, long whole) {
    return share((double) part, (double) whole);
  }

  /** A part of a whole, both in parts of their unit. */
  public static String share(double part, double whole) {
    return percent(whole == 0 ? 0 : part / whole);
  }

  /** A fraction as percent. */
  public static String percent(double fraction) {
    double percent = 100 * fraction;
    boolean small = percent != 0 && Math.abs(percent) < 9.95;
    return String.format(Locale.ROOT, small ? "%.1f %%" : "%.0f %%", percent);
  }

  /** A factor, for example {@code 1.83}. */
  public static String factor(double factor) {
    return digits(factor);
  }

  /** Three digits that matter. */
  static String digits(double value) {
    double size = Math.abs(value);
    if (size >= 99.95 || size == 0) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    if (size >= 9.995) {
      return String.format(Locale.ROOT, "%.1f", value);
    }
    return String.format(Locale.ROOT, size >= 0.0995 ? "%.2f" : "%.3f", value);
  }

  private static String scaled(double value, double step, String[] units) {
    int unit = 0;
    double scaled = value;
    while (unit < units.length - 1 && Math.abs(scaled) >= 0.9995 * step) {
      scaled /= step;
      unit++;
    }
    String digits = unit == 0 ? String.format(Locale.ROOT, "%.0f", scaled) : digits(scaled);
    return digits + " " + units[unit];
  }
}
