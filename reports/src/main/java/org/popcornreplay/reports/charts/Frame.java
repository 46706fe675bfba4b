package org.popcornreplay.reports.charts;

/** The two sizes in which each chart is drawn, in CSS pixels. */
public enum Frame {
  /** For a desk and for slides. */
  WIDE(960),
  /** For a phone. */
  NARROW(350);

  private final int widthPixels;

  Frame(int widthPixels) {
    this.widthPixels = widthPixels;
  }

  /** Width of the picture. */
  public int widthPixels() {
    return widthPixels;
  }

  /** One of two values, by size. */
  public <T> T pick(T wide, T narrow) {
    return this == WIDE ? wide : narrow;
  }
}
