package org.popcornreplay.reports.charts;

import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.StackedXYBarRenderer;
import org.jfree.chart.renderer.xy.StandardXYBarPainter;
import org.jfree.data.xy.DefaultTableXYDataset;
import org.jfree.data.xy.XYSeries;

/**
 * Amounts by message type over the time of a run, stacked.
 *
 * @param types message types, from the bottom
 * @param amounts for each type its amount in each slice of time
 * @param lengthNanos length of the run
 * @param what the unit of the amounts, for the axis
 */
public record MessageTimelineChart(
    List<String> types, List<double[]> amounts, long lengthNanos, String what) implements Chart {
  @Override
  public int heightPixels(Frame frame) {
    return frame.pick(320, 250 + 18 * types.size());
  }

  @Override
  public JFreeChart drawn(Look look) {
    TimeUnit unit = TimeUnit.fitting(lengthNanos);
    DefaultTableXYDataset data = new DefaultTableXYDataset();
    int slices = amounts.get(0).length;
    double width = unit.of(lengthNanos) / slices;
    List<String> names = DistinctNames.of(types);
    for (int type = 0; type < types.size(); type++) {
      XYSeries series = new XYSeries(names.get(type), true, false);
      for (int slice = 0; slice < slices; slice++) {
        series.add((slice + 0.5) * width, amounts.get(type)[slice]);
      }
      data.addSeries(series);
    }
    // A little wider than the distance, so that rounding leaves no gap between bars.
    data.setIntervalWidth(1.02 * width);
    NumberAxis x = new NumberAxis("simulated time, " + unit.symbol());
    x.setRange(0, Math.max(unit.of(lengthNanos), 1e-9));
    NumberAxis y = new NumberAxis(what);
    StackedXYBarRenderer renderer = new StackedXYBarRenderer(0);
    renderer.setBarPainter(new StandardXYBarPainter());
    renderer.setShadowVisible(false);
    renderer.setDrawBarOutline(false);
    for (int type = 0; type < types.size(); type++) {
      renderer.setSeriesPaint(type, look.paint(Palette.message(types.get(type))));
    }
    XYPlot plot = new XYPlot(data, x, y, renderer);
    look.dress(plot);
    plot.setDomainGridlinesVisible(false);
    JFreeChart chart = look.chart(plot, true);
    // Bars that touch would show seams.
    chart.setAntiAlias(false);
    chart.setTextAntiAlias(true);
    return chart;
  }
}
