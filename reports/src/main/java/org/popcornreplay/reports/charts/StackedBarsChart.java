package org.popcornreplay.reports.charts;

import java.awt.Color;
import java.util.List;
import java.util.function.Function;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.StackedBarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;

/**
 * Times, one lying bar for each thread, node or run, cut into states.
 *
 * @param bars names of the bars, from the top
 * @param shortBars the same for a phone
 * @param states names of the parts, from the left
 * @param nanos for each bar the length of each part
 * @param colours colour of a part
 */
public record StackedBarsChart(
    List<String> bars,
    List<String> shortBars,
    List<String> states,
    List<long[]> nanos,
    Function<String, Color> colours)
    implements Chart {
  @Override
  public int heightPixels(Frame frame) {
    int legend = frame.pick(30, 14 + 20 * ((states.size() + 2) / 3));
    return legend + 50 + Math.max(60, bars.size() * (bars.size() > 24 ? 16 : 24));
  }

  @Override
  public JFreeChart drawn(Look look) {
    long longest = 0;
    for (long[] bar : nanos) {
      long length = 0;
      for (long part : bar) {
        length += part;
      }
      longest = Math.max(longest, length);
    }
    TimeUnit unit = TimeUnit.fitting(longest);
    DefaultCategoryDataset data = new DefaultCategoryDataset();
    List<String> names = DistinctNames.of(look.frame().pick(bars, shortBars));
    for (int bar = 0; bar < bars.size(); bar++) {
      for (int state = 0; state < states.size(); state++) {
        data.addValue(unit.of(nanos.get(bar)[state]), states.get(state), names.get(bar));
      }
    }
    CategoryAxis category = new CategoryAxis();
    NumberAxis time = new NumberAxis("time, " + unit.symbol());
    StackedBarRenderer renderer = new StackedBarRenderer();
    renderer.setBarPainter(new StandardBarPainter());
    renderer.setShadowVisible(false);
    renderer.setDrawBarOutline(false);
    renderer.setMaximumBarWidth(bars.size() < 4 ? 0.2 : 1);
    for (int state = 0; state < states.size(); state++) {
      renderer.setSeriesPaint(state, look.paint(colours.apply(states.get(state))));
    }
    CategoryPlot plot = new CategoryPlot(data, category, time, renderer);
    plot.setOrientation(PlotOrientation.HORIZONTAL);
    plot.setRangeAxisLocation(org.jfree.chart.axis.AxisLocation.BOTTOM_OR_LEFT);
    look.dress(plot);
    category.setCategoryMargin(0.25);
    category.setLowerMargin(0.01);
    category.setUpperMargin(0.01);
    category.setMaximumCategoryLabelWidthRatio(look.frame().pick(0.4f, 0.6f));
    category.setTickMarksVisible(false);
    return look.chart(plot, true);
  }
}
