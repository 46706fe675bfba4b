package org.popcornreplay.reports.charts;

import java.awt.Font;
import java.awt.Paint;
import java.util.List;
import java.util.function.LongFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.labels.CategoryItemLabelGenerator;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.CombinedDomainCategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.CategoryDataset;
import org.jfree.data.category.DefaultCategoryDataset;

/**
 * How many messages of each type there were, and how many bytes, side by side.
 *
 * @param types message types, from the top
 * @param messages count of each
 * @param bytes bytes of each
 * @param countLabel writes a count
 * @param bytesLabel writes a number of bytes
 */
public record MessageBarsChart(
    List<String> types,
    List<Long> messages,
    List<Long> bytes,
    LongFunction<String> countLabel,
    LongFunction<String> bytesLabel)
    implements Chart {
  /** Width of a character of a label in widths of half a wide chart; half a narrow one has 0.19. */
  private static final double LABEL_CHARACTER = 0.0175;

  @Override
  public int heightPixels(Frame frame) {
    return 50 + Math.max(70, types.size() * 24);
  }

  @Override
  public JFreeChart drawn(Look look) {
    CategoryAxis names = new CategoryAxis();
    CombinedDomainCategoryPlot both = new CombinedDomainCategoryPlot(names);
    both.setOrientation(PlotOrientation.HORIZONTAL);
    both.setGap(14);
    both.add(half(look, messages, "messages", countLabel));
    both.add(half(look, bytes, "bytes", bytesLabel));
    look.dress(names);
    if (look.frame() == Frame.NARROW) {
      names.setTickLabelFont(look.smallFont());
    }
    names.setCategoryMargin(0.25);
    names.setLowerMargin(0.01);
    names.setUpperMargin(0.01);
    names.setTickMarksVisible(false);
    names.setMaximumCategoryLabelWidthRatio(look.frame().pick(1f, 1.4f));
    JFreeChart chart = look.chart(both, false);
    both.setOutlineVisible(false);
    return chart;
  }

  private CategoryPlot half(
      Look look, List<Long> amounts, String what, LongFunction<String> label) {
    DefaultCategoryDataset data = new DefaultCategoryDataset();
    long most = 1;
    List<String> names = DistinctNames.of(types);
    for (int i = 0; i < types.size(); i++) {
      data.addValue(amounts.get(i), what, names.get(i));
      most = Math.max(most, amounts.get(i));
    }
    NumberAxis axis = new NumberAxis(what);
    ColourOfType renderer = new ColourOfType(look, types);
    renderer.setBarPainter(new StandardBarPainter());
    renderer.setShadowVisible(false);
    renderer.setDrawBarOutline(false);
    renderer.setMaximumBarWidth(types.size() < 4 ? 0.2 : 1);
    renderer.setDefaultItemLabelGenerator(new Amount(label));
    renderer.setDefaultItemLabelsVisible(true);
    Font small = look.smallFont();
    renderer.setDefaultItemLabelFont(small);
    renderer.setDefaultItemLabelPaint(look.theme().ink());
    ItemLabelPosition right =
        new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT);
    renderer.setDefaultPositiveItemLabelPosition(right);
    CategoryPlot plot = new CategoryPlot(data, null, axis, renderer);
    plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_LEFT);
    plot.setBackgroundPaint(look.theme().paper());
    plot.setOutlineVisible(false);
    plot.setRangeGridlinesVisible(false);
    plot.setAxisOffset(org.jfree.chart.ui.RectangleInsets.ZERO_INSETS);
    look.dress(axis);
    // The numbers stand beside the bars, so the axis needs room for them and no ticks.
    axis.setTickLabelsVisible(false);
    axis.setTickMarksVisible(false);
    int longest = amounts.stream().mapToInt(amount -> label.apply(amount).length()).max().orElse(1);
    double labelShare = Math.min(0.9, longest * LABEL_CHARACTER / look.frame().pick(1.0, 0.19));
    axis.setRange(0, most / (1 - Math.max(0.2, labelShare)));
    return plot;
  }

  private static final class ColourOfType extends BarRenderer {
    private static final long serialVersionUID = 1L;

    private final transient Look look;
    private final transient List<String> types;

    ColourOfType(Look look, List<String> types) {
      this.look = look;
      this.types = types;
    }

    @Override
    public Paint getItemPaint(int row, int column) {
      return look.paint(Palette.message(types.get(column)));
    }
  }

  private record Amount(LongFunction<String> label) implements CategoryItemLabelGenerator {
    @Override
    public String generateRowLabel(CategoryDataset data, int row) {
      return "";
    }

    @Override
    public String generateColumnLabel(CategoryDataset data, int column) {
      return "";
    }

    @Override
    public String generateLabel(CategoryDataset data, int row, int column) {
      return label.apply(data.getValue(row, column).longValue());
    }
  }
}
