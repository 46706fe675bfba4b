package org.popcornreplay.reports.charts;

import java.awt.BasicStroke;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYStepRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Fault latency as a cumulative distribution, one line for each kind; time on an axis where each
 * step is a factor of ten.
 *
 * @param kinds the lines
 * @param timeLabel writes a time in nanoseconds
 */
public record LatencyChart(List<Kind> kinds, DoubleFunction<String> timeLabel) implements Chart {
  private static final float[][] DASHES = {null, {7f, 4f}, {2f, 3f}, {9f, 3f, 2f, 3f}};

  /**
   * One line.
   *
   * @param name kind of fault
   * @param upToNanos latencies, rising
   * @param shares share of the faults that are not longer
   */
  public record Kind(String name, List<Long> upToNanos, List<Double> shares) {}

  @Override
  public int heightPixels(Frame frame) {
    return frame.pick(380, 320);
  }

  @Override
  public JFreeChart drawn(Look look) {
    XYSeriesCollection data = new XYSeriesCollection();
    double shortest = Double.MAX_VALUE;
    double longest = 1;
    for (Kind kind : kinds) {
      shortest = Math.min(shortest, kind.upToNanos().get(0));
      longest = Math.max(longest, kind.upToNanos().get(kind.upToNanos().size() - 1));
    }
    double left = Math.floor(Math.log10(shortest) - 0.02);
    double right = Math.max(left + 1, Math.ceil(Math.log10(longest) - 1e-9));
    List<String> names = DistinctNames.of(kinds.stream().map(Kind::name).toList());
    for (int n = 0; n < kinds.size(); n++) {
      Kind kind = kinds.get(n);
      XYSeries series = new XYSeries(names.get(n), true, true);
      series.add(left, 0);
      for (int i = 0; i < kind.upToNanos().size(); i++) {
        series.add(Math.log10(kind.upToNanos().get(i)), 100 * kind.shares().get(i));
      }
      series.add(right, 100);
      data.addSeries(series);
    }
    NumberAxis x = new NumberAxis("fault latency (each step is ten times as long)");
    if (look.frame() == Frame.NARROW) {
      x.setLabel("fault latency, steps of ten");
    }
    x.setNumberFormatOverride(new PowerFormat(10, timeLabel));
    x.setTickUnit(new NumberTickUnit(right - left > 6 && look.frame() == Frame.NARROW ? 2 : 1));
    x.setRange(left, right);
    NumberAxis y = new NumberAxis("share of faults not longer, %");
    y.setRange(0, 102);
    y.setTickUnit(new NumberTickUnit(25, java.text.NumberFormat.getIntegerInstance(Locale.ROOT)));
    XYStepRenderer renderer = new XYStepRenderer();
    for (int i = 0; i < kinds.size(); i++) {
      float[] dash = DASHES[i % DASHES.length];
      renderer.setSeriesPaint(i, look.paint(Palette.fault(kinds.get(i).name())));
      renderer.setSeriesStroke(
          i,
          dash == null
              ? new BasicStroke(2.4f)
              : new BasicStroke(2.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, dash, 0f));
    }
    XYPlot plot = new XYPlot(data, x, y, renderer);
    look.dress(plot);
    return look.chart(plot, true);
  }
}
