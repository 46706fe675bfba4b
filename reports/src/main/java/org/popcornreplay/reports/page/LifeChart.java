package org.popcornreplay.reports.page;

import java.awt.Color;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.popcornreplay.reports.charts.Palette;

/**
 * The life of one page as a sequence chart in SVG: a vertical line for each node, time from the top
 * (in order, not to scale), messages as arrows, faults as dots.
 */
public final class LifeChart {
  private static final int TIME_WIDTH = 56;
  private static final int WIDE_LANE = 148;
  private static final int NARROW_LANE = 72;
  private static final int LABEL_WIDTH = 140;
  private static final int ROW_HEIGHT = 26;
  private static final int TOP = 44;

  private final List<Event> events;
  private final List<Long> nodes;
  private final boolean narrow;
  private final int laneWidth;
  private final int width;

  private LifeChart(List<Event> events, List<Long> nodes, boolean narrow) {
    this.events = events;
    this.nodes = nodes;
    this.narrow = narrow;
    this.laneWidth = narrow ? NARROW_LANE : WIDE_LANE;
    this.width = Math.max(laneX(nodes.size() - 1) + 50, TIME_WIDTH + 2 * LABEL_WIDTH);
  }

  /**
   * One thing that happened.
   *
   * @param atNanos simulated time
   * @param node where, or the sender of a message
   * @param toNode receiver of a message; negative for what happens on one node
   * @param type message type, or kind of fault
   * @param label text beside it
   */
  public record Event(long atNanos, long node, long toNode, String type, String label) {
    boolean isArrow() {
      return toNode >= 0 && toNode != node;
    }
  }

  /** The chart, once with wide and once with narrow lanes; the browser shows one of them. */
  public static Html svg(List<Event> events, String title) {
    TreeSet<Long> involved = new TreeSet<>();
    for (Event event : events) {
      involved.add(event.node());
      if (event.isArrow()) {
        involved.add(event.toNode());
      }
    }
    List<Long> nodes = List.copyOf(involved);
    return new Html()
        .add(new LifeChart(events, nodes, false).boxed(title))
        .add(new LifeChart(events, nodes, true).boxed(title));
  }

  private Html boxed(String title) {
    int height = TOP + events.size() * ROW_HEIGHT + 12;
    Html svg =
        new Html()
            .markup("<div class=\"scroll " + (narrow ? "narrow" : "wide") + "\"")
            .markup(" tabindex=\"0\" role=\"region\" aria-label=\"" + Html.attribute(title))
            .markup("\">\n")
            .markup(
                String.format(
                    Locale.ROOT,
                    "<svg class=\"life\" role=\"img\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\">\n",
                    width,
                    height))
            .element("title", title)
            .markup("\n");
    for (int lane = 0; lane < nodes.size(); lane++) {
      svg.add(lane(lane, height));
    }
    for (int row = 0; row < events.size(); row++) {
      svg.add(drawn(events.get(row), TOP + row * ROW_HEIGHT + 12));
    }
    return svg.markup("</svg>\n</div>\n");
  }

  private Html lane(int lane, int height) {
    int x = laneX(lane);
    long node = nodes.get(lane);
    String name = "node " + node + (node == 0 && !narrow ? " (origin)" : "");
    return new Html()
        .markup(
            String.format(
                Locale.ROOT,
                "<line class=\"lifeline\" x1=\"%1$d\" y1=\"26\" x2=\"%1$d\" y2=\"%2$d\"/>"
                    + "<circle cx=\"%3$d\" cy=\"14\" r=\"5\" fill=\"%4$s\"/>"
                    + "<text x=\"%5$d\" y=\"18\" font-weight=\"bold\">",
                x,
                height - 6,
                x - 20,
                Palette.css(Palette.node(node)),
                x - 12))
        .add(Html.text(name))
        .markup("</text>\n");
  }

  private Html drawn(Event event, int y) {
    Html html =
        label(TIME_WIDTH - 2, y + 4, "end", " class=\"faint\"", Amounts.time(event.atNanos()));
    int from = laneX(nodes.indexOf(event.node()));
    if (!event.isArrow()) {
      Color colour =
          event.toNode() < 0 ? Palette.fault(event.type()) : Palette.message(event.type());
      boolean right = from + LABEL_WIDTH < width;
      return html.markup(
              String.format(
                  Locale.ROOT,
                  "<circle cx=\"%d\" cy=\"%d\" r=\"4.5\" fill=\"%s\"/>",
                  from,
                  y,
                  Palette.css(colour)))
          .add(label(from + (right ? 9 : -9), y + 4, right ? "start" : "end", "", event.label()))
          .markup("\n");
    }
    int to = laneX(nodes.indexOf(event.toNode()));
    String colour = Palette.css(Palette.message(event.type()));
    int direction = to > from ? 1 : -1;
    int tip = to - direction * 2;
    // The text stands above the arrow, from its left end on where there is room.
    int left = Math.min(from, to) + 8;
    boolean room = left + LABEL_WIDTH < width;
    return html.markup(
            String.format(
                Locale.ROOT,
                "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\"/>"
                    + "<path d=\"M%d %d l%d -4 v8 z\" fill=\"%s\"/>",
                from,
                y + 3,
                tip - direction * 6,
                y + 3,
                colour,
                tip,
                y + 3,
                -direction * 9,
                colour))
        .add(
            label(
                room ? left : Math.max(from, to) - 8,
                y - 1,
                room ? "start" : "end",
                "",
                event.label()))
        .markup("\n");
  }

  private static Html label(int x, int y, String anchor, String style, String text) {
    return new Html()
        .markup(
            String.format(
                Locale.ROOT,
                "<text%s x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"10\">",
                style,
                x,
                y,
                anchor))
        .add(Html.text(text))
        .markup("</text>");
  }

  private int laneX(int lane) {
    return TIME_WIDTH + 26 + lane * laneWidth;
  }
}
