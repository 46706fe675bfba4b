package org.popcornreplay.reports.charts;

import org.jfree.chart.JFreeChart;

/** One picture, drawn in any look. */
public interface Chart {
  /** Height in CSS pixels. */
  int heightPixels(Frame frame);

  /** The chart for one look. */
  JFreeChart drawn(Look look);
}
