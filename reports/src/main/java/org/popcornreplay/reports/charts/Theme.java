package org.popcornreplay.reports.charts;

import java.awt.Color;

/** Colours of paper and ink, for readers by day and by night. */
public enum Theme {
  /** White paper. */
  LIGHT(0xFFFFFF, 0x1B2127, 0x5B6670, 0xE1E6EA, 0.0),
  /** Dark paper. */
  DARK(0x161B20, 0xE6EBEF, 0xA3AEB8, 0x333C45, 0.22);

  private final Color paper;
  private final Color ink;
  private final Color faintInk;
  private final Color grid;
  private final double whiteness;

  Theme(int paper, int ink, int faintInk, int grid, double whiteness) {
    this.paper = new Color(paper);
    this.ink = new Color(ink);
    this.faintInk = new Color(faintInk);
    this.grid = new Color(grid);
    this.whiteness = whiteness;
  }

  /** Background of picture and plot. */
  public Color paper() {
    return paper;
  }

  /** Text. */
  public Color ink() {
    return ink;
  }

  /** Text that steps back: axis labels and ticks. */
  public Color faintInk() {
    return faintInk;
  }

  /** Grid lines. */
  public Color grid() {
    return grid;
  }

  /** A colour of the palette as it is used on this paper: lighter in the dark. */
  Color on(Color colour) {
    return mixed(colour, Color.WHITE, whiteness);
  }

  /** A step of a scale from nothing (0) to the most (1), in one hue from the paper on. */
  Color heat(double level) {
    double x = Math.max(0, Math.min(1, level));
    Color low = this == LIGHT ? new Color(0xDCE9F5) : new Color(0x1F3A57);
    Color middle = new Color(0x3B8BC2);
    Color high = this == LIGHT ? new Color(0x06284F) : new Color(0xE9F4FD);
    return x < 0.5 ? mixed(low, middle, 2 * x) : mixed(middle, high, 2 * x - 1);
  }

  private static Color mixed(Color from, Color to, double part) {
    return new Color(
        (int) Math.round(from.getRed() + part * (to.getRed() - from.getRed())),
        (int) Math.round(from.getGreen() + part * (to.getGreen() - from.getGreen())),
        (int) Math.round(from.getBlue() + part * (to.getBlue() - from.getBlue())));
  }
}
