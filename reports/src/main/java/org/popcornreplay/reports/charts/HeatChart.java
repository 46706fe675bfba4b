package org.popcornreplay.reports.charts;

import java.awt.Paint;
import java.text.NumberFormat;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.PaintScale;
import org.jfree.chart.renderer.xy.XYBlockRenderer;
import org.jfree.chart.title.PaintScaleLegend;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.DefaultXYZDataset;

/**
 * A grid of cells whose colour tells an amount: for columns of time on a scale where each step is a
 * factor of ten, else in proportion. Cells without any amount stay empty.
 *
 * @param columns names of the columns, or empty where the columns are slices of time
 * @param lengthNanos the time that all slices make up, where columns are slices of time
 * @param rows names of the rows, from the top
 * @param cells column, row (from the top) and amount of each cell that is not empty
 * @param columnLabel what columns are
 * @param rowLabel what rows are
 * @param scaleLabel what the colours mean
 * @param labels the amount as text for each cell, or empty for none
 * @param columnCount number of columns
 */
public record HeatChart(
    List<String> columns,
    int columnCount,
    long lengthNanos,
    List<String> rows,
    List<double[]> cells,
    List<String> labels,
    String columnLabel,
    String rowLabel,
    String scaleLabel)
    implements Chart {
  @Override
  public int heightPixels(Frame frame) {
    boolean matrix = !columns.isEmpty();
    int row = matrix ? Math.max(16, Math.min(44, 420 / rows.size())) : rows.size() > 20 ? 16 : 20;
    return frame.pick(125, 125) + Math.max(60, rows.size() * row);
  }

  @Override
  public JFreeChart drawn(Look look) {
    boolean matrix = !columns.isEmpty();
    double most = 1;
    for (double[] cell : cells) {
      most = Math.max(most, cell[2]);
    }
    TimeUnit unit = TimeUnit.fitting(lengthNanos);
    double width = matrix ? 1 : unit.of(lengthNanos) / columnCount;
    double[][] data = new double[3][cells.size()];
    for (int i = 0; i < cells.size(); i++) {
      double[] cell = cells.get(i);
      data[0][i] = matrix ? cell[0] : (cell[0] + 0.5) * width;
      data[1][i] = cell[1];
      data[2][i] = cell[2];
    }
    DefaultXYZDataset set = new DefaultXYZDataset();
    set.addSeries(scaleLabel, data);

    Scale scale = new Scale(look.theme(), most, !matrix);
    XYBlockRenderer renderer = new XYBlockRenderer();
    renderer.setBlockWidth(width);
    renderer.setBlockHeight(1);
    renderer.setPaintScale(scale);
    ValueAxis x =
        matrix ? symbols(columnLabel, columns) : new NumberAxis(columnLabel + ", " + unit.symbol());
    if (!matrix) {
      x.setRange(0, Math.max(unit.of(lengthNanos), 1e-9));
    }
    SymbolAxis y = symbols(rowLabel, rows);
    y.setInverted(true);
    XYPlot plot = new XYPlot(set, x, y, renderer);
    look.dress(plot);
    plot.setDomainGridlinesVisible(false);
    plot.setRangeGridlinesVisible(false);
    plot.setBackgroundPaint(look.theme().paper());
    plot.setOutlineVisible(true);
    plot.setOutlinePaint(look.theme().grid());
    if (look.frame() == Frame.NARROW || rows.size() > 20) {
      y.setTickLabelFont(look.smallFont());
    }
    for (int i = 0; i < labels.size(); i++) {
      XYTextAnnotation text = new XYTextAnnotation(labels.get(i), cells.get(i)[0], cells.get(i)[1]);
      text.setFont(look.smallFont());
      text.setPaint(scale.ink(cells.get(i)[2]));
      plot.addAnnotation(text);
    }
    JFreeChart chart = look.chart(plot, false);
    chart.addSubtitle(legend(look, scale, most));
    // Cells that touch would show seams.
    chart.setAntiAlias(false);
    chart.setTextAntiAlias(true);
    return chart;
  }

  private static SymbolAxis symbols(String label, List<String> names) {
    SymbolAxis axis = new SymbolAxis(label, names.toArray(new String[0]));
    axis.setGridBandsVisible(false);
    axis.setRange(-0.5, names.size() - 0.5);
    // Wide grids name only some of their rows.
    axis.setTickUnit(new NumberTickUnit(Math.max(1, (names.size() + 39) / 40)));
    return axis;
  }

  private PaintScaleLegend legend(Look look, Scale scale, double most) {
    NumberAxis axis = new NumberAxis(scaleLabel);
    look.dress(axis);
    if (scale.logarithmic()) {
      axis.setNumberFormatOverride(
          new PowerFormat(10, value -> String.format(Locale.ROOT, "%,.0f", value)));
      axis.setRange(0, Math.max(Math.log10(most), 0.3));
      // Powers of ten, or of two where there would be one tick or two.
      axis.setTickUnit(new NumberTickUnit(most < 100 ? Math.log10(most < 20 ? 2 : 4) : 1));
    } else {
      axis.setNumberFormatOverride(NumberFormat.getIntegerInstance(Locale.ROOT));
      axis.setRange(0, most);
      axis.setTickUnit(new NumberTickUnit(round(most / look.frame().pick(4.0, 2.0))));
    }
    axis.setUpperMargin(0);
    PaintScaleLegend legend = new PaintScaleLegend(scale.ofAxis(), axis);
    legend.setPosition(RectangleEdge.TOP);
    legend.setAxisLocation(AxisLocation.BOTTOM_OR_RIGHT);
    legend.setStripWidth(10);
    legend.setSubdivisionCount(160);
    legend.setBackgroundPaint(look.theme().paper());
    legend.setStripOutlineVisible(false);
    legend.setPadding(
        new RectangleInsets(2, look.frame().pick(240, 60), 8, look.frame().pick(240, 60)));
    return legend;
  }

  /** The nearest of 1, 2, 5, 10, 20 and so on. */
  private static double round(double step) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(step, 1))));
    double digit = step / power;
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
  }

  /** From 1 to the most with each factor of ten as far as the next, or from 0 in proportion. */
  private record Scale(Theme theme, double most, boolean logarithmic) implements PaintScale {
    @Override
    public double getLowerBound() {
      return 0;
    }

    @Override
    public double getUpperBound() {
      return most;
    }

    @Override
    public Paint getPaint(double value) {
      return theme.heat(level(value));
    }

    private double level(double value) {
      if (!logarithmic) {
        return value / most;
      }
      return most <= 1 ? 1 : Math.log(Math.max(value, 1)) / Math.log(most);
    }

    /** Text that can be read on the cell's colour. */
    Paint ink(double value) {
      boolean far = level(value) > (theme == Theme.LIGHT ? 0.45 : 0.6);
      return far ? theme.paper() : theme.ink();
    }

    /** The scale in the numbers of the legend's axis. */
    PaintScale ofAxis() {
      return new PaintScale() {
        @Override
        public double getLowerBound() {
          return 0;
        }

        @Override
        public double getUpperBound() {
          return logarithmic ? Math.log10(Math.max(most, 2)) : most;
        }

        @Override
        public Paint getPaint(double place) {
          return Scale.this.getPaint(logarithmic ? Math.pow(10, place) : place);
        }
      };
    }
  }
}
