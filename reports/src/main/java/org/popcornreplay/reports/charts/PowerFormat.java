package org.popcornreplay.reports.charts;

import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.function.DoubleFunction;

/**
 * Labels of an axis that holds logarithms: what stands at 3 is written as the value whose logarithm
 * is 3. A linear axis of logarithms with ticks one apart puts them exactly at the powers.
 */
final class PowerFormat extends NumberFormat {
  private static final long serialVersionUID = 1L;

  private final transient DoubleFunction<String> label;
  private final double base;

  PowerFormat(double base, DoubleFunction<String> label) {
    this.base = base;
    this.label = label;
  }

  @Override
  public StringBuffer format(double exponent, StringBuffer out, FieldPosition position) {
    return out.append(label.apply(Math.pow(base, exponent)));
  }

  @Override
  public StringBuffer format(long exponent, StringBuffer out, FieldPosition position) {
    return format((double) exponent, out, position);
  }

  @Override
  public Number parse(String text, ParsePosition position) {
    throw new UnsupportedOperationException("only writes");
  }
}
