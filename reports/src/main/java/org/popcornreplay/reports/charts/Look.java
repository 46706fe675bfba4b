package org.popcornreplay.reports.charts;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.axis.Axis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;

/**
 * How every chart looks: plain paper, thin grid, one font, no frames, no shadows.
 *
 * @param theme colours of paper and ink
 * @param frame size
 */
public record Look(Theme theme, Frame frame) {
  private static final String FONT = "DejaVu Sans";

  /** Font of axis labels, ticks and legends. */
  public Font font() {
    return new Font(FONT, Font.PLAIN, frame.pick(12, 11));
  }

  /** Font of numbers inside a plot. */
  public Font smallFont() {
    return new Font(FONT, Font.PLAIN, frame.pick(11, 9));
  }

  /** A chart around a plot. */
  public JFreeChart chart(Plot plot, boolean legend) {
    JFreeChart chart = new JFreeChart(null, font(), plot, false);
    chart.setBackgroundPaint(theme.paper());
    chart.setPadding(new RectangleInsets(6, 4, 4, frame.pick(22, 18)));
    chart.setAntiAlias(true);
    if (legend) {
      addLegend(chart, null);
    }
    return chart;
  }

  /** Adds a legend above the plot, of the plot's own items or of the given ones. */
  public void addLegend(JFreeChart chart, LegendItemCollection items) {
    LegendTitle legend = new LegendTitle(items == null ? chart.getPlot() : () -> items);
    legend.setItemFont(font());
    legend.setItemPaint(theme.ink());
    legend.setBackgroundPaint(theme.paper());
    legend.setFrame(BlockBorder.NONE);
    legend.setPosition(RectangleEdge.TOP);
    legend.setItemLabelPadding(new RectangleInsets(2, 3, 2, 8));
    chart.addLegend(legend);
  }

  /** Dresses an x-y plot. */
  public void dress(XYPlot plot) {
    plot.setBackgroundPaint(theme.paper());
    plot.setOutlineVisible(false);
    plot.setDomainGridlinePaint(theme.grid());
    plot.setRangeGridlinePaint(theme.grid());
    plot.setDomainGridlineStroke(new BasicStroke(1f));
    plot.setRangeGridlineStroke(new BasicStroke(1f));
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    dress(plot.getDomainAxis());
    dress(plot.getRangeAxis());
  }

  /** Dresses a plot of categories. */
  public void dress(CategoryPlot plot) {
    plot.setBackgroundPaint(theme.paper());
    plot.setOutlineVisible(false);
    plot.setRangeGridlinePaint(theme.grid());
    plot.setRangeGridlineStroke(new BasicStroke(1f));
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    dress(plot.getDomainAxis());
    dress(plot.getRangeAxis());
  }

  /** Dresses an axis. */
  public void dress(Axis axis) {
    axis.setLabelFont(font());
    axis.setLabelPaint(theme.faintInk());
    axis.setTickLabelFont(font());
    axis.setTickLabelPaint(theme.ink());
    axis.setAxisLinePaint(theme.faintInk());
    axis.setTickMarkPaint(theme.faintInk());
    if (axis instanceof ValueAxis value) {
      value.setUpperMargin(0.04);
    }
  }

  /** A colour of the palette as it is drawn here. */
  public Color paint(Color colour) {
    return theme.on(colour);
  }
}
