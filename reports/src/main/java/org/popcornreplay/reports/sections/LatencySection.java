package org.popcornreplay.reports.sections;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.reports.charts.LatencyChart;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.page.Section;
import org.popcornreplay.reports.page.SqlTable;
import org.popcornreplay.reports.query.Rows;

/** How long do faults take, and is there a slow mode? */
final class LatencySection {
  private static final int MOST_KINDS = 6;

  private LatencySection() {}

  static Section of(Subject subject) {
    Html body = new Html();
    if (!subject.focus().holdsFaults()) {
      body.absent(
          "No chart: this run was stored with --record {}, which keeps no single faults; replay with --record faults or messages.",
          subject.focus().recordLevel());
    } else {
      Rows kinds = subject.ask("fault-kinds");
      if (kinds.isEmpty()) {
        body.absent("No chart: no thread waited for a page in this run.");
      } else {
        chart(subject, kinds, body);
      }
    }
    return new Section("latency", "How long faults take", body);
  }

  private static void chart(Subject subject, Rows kinds, Html body) {
    Rows rows = subject.ask("fault-latency");
    Map<String, LatencyChart.Kind> byName = new TreeMap<>();
    for (int i = 0; i < rows.size(); i++) {
      LatencyChart.Kind kind =
          byName.computeIfAbsent(
              rows.text(i, "kind"),
              name -> new LatencyChart.Kind(name, new ArrayList<>(), new ArrayList<>()));
      kind.upToNanos().add(Math.max(1, rows.number(i, "up_to_ns")));
      kind.shares().add(rows.real(i, "cumulative_share"));
    }
    List<LatencyChart.Kind> lines = new ArrayList<>();
    for (int i = 0; i < kinds.size() && lines.size() < MOST_KINDS; i++) {
      lines.add(byName.get(kinds.text(i, "kind")));
    }
    body.add(
        subject
            .pictures()
            .figure(
                "fault-latency",
                new LatencyChart(lines, LatencySection::power),
                "Cumulative distribution of fault latency for "
                    + Amounts.count(lines.size(), "kind")
                    + " of fault.",
                slowMode(kinds)));
    body.add(SqlTable.shown(kinds, "Faults by kind"));
    body.add(SqlTable.numbers(rows, "The distribution of fault latency"));
  }

  private static Html slowMode(Rows kinds) {
    long faults = kinds.sum("faults");
    long slow = kinds.sum("slow_faults");
    Html first =
        Html.sentence(
            "Half of the {} faults, which cost the most together, take at most {}, and the slowest takes {}.",
            kinds.text(0, "kind"),
            Amounts.time(kinds.number(0, "median_ns")),
            Amounts.time(kinds.number(0, "longest_ns")));
    if (slow == 0) {
      return first.add(
          Html.text(
              " There is no slow mode: no fault takes more than four times as long as the fastest tenth of its kind."));
    }
    return first.add(
        Html.sentence(
            " Slow mode: {} of {} ({}) take more than four times as long as the fastest tenth of their kind and hold {} of "
                + "the fault time; {} of them were told to retry. In the chart this is a second step to the right.",
            Amounts.count(slow),
            Amounts.count(faults, "fault"),
            Amounts.share(slow, faults),
            Amounts.share(kinds.sum("slow_ns"), kinds.sum("total_ns")),
            Amounts.share(kinds.sum("slow_retried"), slow)));
  }

  private static String power(double nanos) {
    String text = Amounts.time(Math.round(nanos));
    return text.replace(".00 ", " ").replace(".0 ", " ");
  }
}
