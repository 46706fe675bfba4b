package org.popcornreplay.reports.page;

import java.util.Base64;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.popcornreplay.reports.charts.Chart;
import org.popcornreplay.reports.charts.ChartPainter;
import org.popcornreplay.reports.charts.Frame;
import org.popcornreplay.reports.charts.Look;
import org.popcornreplay.reports.charts.Theme;

/**
 * Draws the charts of a page. Each goes into the page four times, for light and dark and for desk
 * and phone, and the browser shows the one that fits; the light one for the desk is a file too.
 */
public final class PictureBook {
  private final SortedMap<String, byte[]> files = new TreeMap<>();

  /** Empty. */
  public PictureBook() {}

  /**
   * A figure.
   *
   * @param name file name without {@code .png}
   * @param alternative what the picture shows, for those who cannot see it
   * @param look what to look at, with numbers
   */
  public Html figure(String name, Chart chart, String alternative, Html look) {
    byte[] file = ChartPainter.png(chart, new Look(Theme.LIGHT, Frame.WIDE));
    files.put(name + ".png", file);
    Html html = new Html().markup("<figure>\n<picture>\n");
    html.add(source(chart, Theme.DARK, Frame.NARROW));
    html.add(source(chart, Theme.LIGHT, Frame.NARROW));
    html.add(source(chart, Theme.DARK, Frame.WIDE));
    return html.markup("<img alt=\"" + Html.attribute(alternative) + "\"")
        .markup(size(chart, Frame.WIDE))
        .markup(" src=\"" + uri(file) + "\">\n</picture>\n")
        .element("figcaption", look)
        .markup("\n</figure>\n");
  }

  /** File name and content of each PNG. */
  public SortedMap<String, byte[]> files() {
    return Collections.unmodifiableSortedMap(files);
  }

  private static Html source(Chart chart, Theme theme, Frame frame) {
    String media =
        (frame == Frame.NARROW ? "(max-width: 640px)" : "(min-width: 641px)")
            + (theme == Theme.DARK ? " and (prefers-color-scheme: dark)" : "");
    return new Html()
        .markup("<source media=\"" + media + "\"")
        .markup(size(chart, frame))
        .markup(" srcset=\"" + uri(ChartPainter.png(chart, new Look(theme, frame))))
        .markup(" " + ChartPainter.PIXELS_PER_PIXEL + "x\">\n");
  }

  private static String size(Chart chart, Frame frame) {
    return " width=\"" + frame.widthPixels() + "\" height=\"" + chart.heightPixels(frame) + "\"";
  }

  private static String uri(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }
}
