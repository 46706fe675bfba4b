package org.popcornreplay.reports.charts;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Ellipse2D;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Speedup against nodes, both on axes where each step doubles, with the ideal line.
 *
 * @param lines one line for each way of placing and paying; the first is drawn strongest
 */
public record SpeedupChart(List<Line> lines) implements Chart {
  private static final String IDEAL = "ideal: as many times faster as there are nodes";

  /**
   * One line.
   *
   * @param name what tells it from the others
   * @param nodes numbers of nodes
   * @param speedups speedup at each
   */
  public record Line(String name, List<Long> nodes, List<Double> speedups) {}

  @Override
  public int heightPixels(Frame frame) {
    return frame.pick(420, 330) + frame.pick(0, 18 * lines.size());
  }

  @Override
  public JFreeChart drawn(Look look) {
    XYSeriesCollection data = new XYSeriesCollection();
    double most = 2;
    double lowest = 1;
    double highest = 1;
    List<String> names =
        DistinctNames.of(Stream.concat(Stream.of(IDEAL), lines.stream().map(Line::name)).toList());
    for (int n = 0; n < lines.size(); n++) {
      Line line = lines.get(n);
      XYSeries series = new XYSeries(names.get(n + 1), true, true);
      for (int i = 0; i < line.nodes().size(); i++) {
        most = Math.max(most, line.nodes().get(i));
        lowest = Math.min(lowest, line.speedups().get(i));
        highest = Math.max(highest, line.speedups().get(i));
        series.add(log2(line.nodes().get(i)), log2(line.speedups().get(i)));
      }
      data.addSeries(series);
    }
    double right = Math.ceil(log2(most) - 1e-9);
    double top = Math.max(right, Math.ceil(log2(highest) - 1e-9));
    double bottom = Math.floor(log2(lowest) + 1e-9);
    XYSeries ideal = new XYSeries(IDEAL);
    ideal.add(0, 0);
    ideal.add(right, right);
    data.addSeries(ideal);

    NumberAxis x = axis(look.frame().pick("nodes (each step doubles)", "nodes"), 0, right);
    NumberAxis y = axis("speedup over all threads at the origin", bottom, top);
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
    renderer.setDrawOutlines(false);
    for (int i = 0; i < lines.size(); i++) {
      Color colour = look.paint(Palette.series(i));
      renderer.setSeriesPaint(i, colour);
      renderer.setSeriesStroke(
          i, new BasicStroke(i == 0 ? 3f : 1.8f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      double radius = i == 0 ? 4.5 : 3.5;
      renderer.setSeriesShape(i, new Ellipse2D.Double(-radius, -radius, 2 * radius, 2 * radius));
    }
    int last = lines.size();
    renderer.setSeriesPaint(last, look.theme().faintInk());
    renderer.setSeriesShapesVisible(last, false);
    renderer.setSeriesStroke(
        last,
        new BasicStroke(
            1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, new float[] {6f, 5f}, 0f));
    XYPlot plot = new XYPlot(data, x, y, renderer);
    look.dress(plot);
    return look.chart(plot, true);
  }

  private static NumberAxis axis(String label, double from, double to) {
    NumberAxis axis = new NumberAxis(label);
    axis.setNumberFormatOverride(new PowerFormat(2, SpeedupChart::tick));
    axis.setTickUnit(new NumberTickUnit(to - from > 12 ? 2 : 1));
    axis.setRange(from - 0.08, Math.max(to, from + 1) + 0.08);
    axis.setAutoRangeIncludesZero(false);
    return axis;
  }

  private static String tick(double value) {
    return value >= 1
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "1/%.0f", 1 / value);
  }

  private static double log2(double value) {
    return Math.log(value) / Math.log(2);
  }
}
