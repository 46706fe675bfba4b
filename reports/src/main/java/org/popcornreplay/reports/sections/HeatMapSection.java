package org.popcornreplay.reports.sections;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.reports.charts.HeatChart;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.page.Section;
import org.popcornreplay.reports.page.SqlTable;
import org.popcornreplay.reports.query.Rows;

/** Which pages are hot, and when? */
final class HeatMapSection {
  private static final int MOST_PAGES = 40;

  private HeatMapSection() {}

  static Section of(Subject subject) {
    Html body = new Html();
    if (!subject.focus().holdsFaults()) {
      body.absent(
          "No chart: this run was stored with --record {}, which keeps no single faults; replay with --record faults or messages.",
          subject.focus().recordLevel());
    } else {
      Rows pages = subject.ask("heat-map-pages", "most", MOST_PAGES);
      if (pages.isEmpty()) {
        body.absent("No chart: no thread waited for a page in this run.");
      } else {
        chart(subject, pages, body);
      }
    }
    return new Section("heat-map", "Pages over time", body);
  }

  private static void chart(Subject subject, Rows pages, Html body) {
    Map<Long, Integer> rowOfPage = new TreeMap<>();
    List<String> names = new ArrayList<>();
    int hottest = 0;
    for (int i = 0; i < pages.size(); i++) {
      rowOfPage.put(pages.number(i, "page"), i);
      String what = pages.text(i, "what");
      names.add(pages.text(i, "address") + (what.isBlank() ? "" : " " + Html.shortened(what, 14)));
      if (pages.number(i, "fault_ns") > pages.number(hottest, "fault_ns")) {
        hottest = i;
      }
    }
    Rows rows = subject.ask("heat-map", "most", MOST_PAGES);
    List<double[]> cells = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Integer row = rowOfPage.get(rows.number(i, "page"));
      if (row != null) {
        cells.add(new double[] {rows.number(i, "slice"), row, rows.number(i, "faults")});
      }
    }
    Html look =
        Html.sentence(
            "The {} with the most fault time, by address; together they have {} of all faults. The costliest is {} with {} "
                + "and {}. A row that is coloured all along bounces all the time; a single stroke is a first copy.",
            Amounts.count(pages.size(), "page"),
            Amounts.share(pages.sum("faults"), pages.largest("all_faults")),
            Html.code(pages.text(hottest, "address")),
            Amounts.count(pages.number(hottest, "faults"), "fault"),
            Amounts.time(pages.number(hottest, "fault_ns")));
    body.add(
        subject
            .pictures()
            .figure(
                "heat-map",
                new HeatChart(
                    List.of(),
                    (int) Subject.SLICES,
                    subject.lengthNanos(),
                    names,
                    cells,
                    List.of(),
                    "simulated time",
                    "",
                    "faults in 1/" + Subject.SLICES + " of the run"),
                "Heat map: faults on "
                    + Amounts.count(pages.size(), "page")
                    + " over simulated time.",
                look));
    body.add(SqlTable.numbers(pages, "The pages of the chart", rows));
  }
}
