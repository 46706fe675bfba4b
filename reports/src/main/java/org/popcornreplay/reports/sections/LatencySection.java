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
              rows.text(i, "which"),
              name ->
                  new LatencyChart.Kind(
                      Html.shortened(name, 24), new ArrayList<>(), new ArrayList<>()));
      kind.upToNanos().add(Math.max(1, rows.number(i, "up_to_ns")));
      kind.shares().add(rows.real(i, "cumulative_share"));
    }
    List<LatencyChart.Kind> lines = new ArrayList<>();
    for (int i = 0; i < kinds.size() && lines.size() < MOST_KINDS; i++) {
      LatencyChart.Kind line = byName.get(kinds.text(i, "which"));
      if (line != null) {
        lines.add(line);
      }
    }
    body.add(
        subject
            .pictures()
            .figure(
                "fault-latency",
                new LatencyChart(lines, LatencySection::power),
                "Cumulative distribution of fault latency, "
                    + Amounts.count(lines.size(), "line")
                    + ".",
                slowMode(kinds)));
    body.add(SqlTable.shown(kinds, "Fault latency"));
    body.add(SqlTable.numbers(rows, "The distribution of fault latency"));
  }

  private static Html slowMode(Rows kinds) {
    int retried = row(kinds, "told to retry");
    int others = row(kinds, "not told to retry");
    if (retried < 0) {
      return Html.sentence(
          "There is no slow mode: none of the {} was told to retry. Half of them take at most {}, the slowest takes {}.",
          Amounts.count(kinds.number(others, "faults"), "fault"),
          Amounts.time(kinds.number(others, "median_ns")),
          Amounts.time(kinds.number(others, "longest_ns")));
    }
    long faults = kinds.number(retried, "faults");
    long time = kinds.number(retried, "total_ns");
    long otherFaults = others < 0 ? 0 : kinds.number(others, "faults");
    long otherTime = others < 0 ? 0 : kinds.number(others, "total_ns");
    Html html =
        Html.sentence(
            "Slow mode: {} of {} ({}) came upon another fault on their page and were told to retry. Half of these take {} or "
                + "more, and they hold {} of the fault time.",
            Amounts.count(faults),
            Amounts.count(faults + otherFaults, "fault"),
            Amounts.share(faults, faults + otherFaults),
            Amounts.time(kinds.number(retried, "median_ns")),
            Amounts.share(time, time + otherTime));
    return others < 0
        ? html
        : html.add(
            Html.sentence(
                " Half of the others take at most {}.",
                Amounts.time(kinds.number(others, "median_ns"))));
  }

  private static int row(Rows kinds, String which) {
    for (int i = 0; i < kinds.size(); i++) {
      if (kinds.text(i, "which").equals(which)) {
        return i;
      }
    }
    return -1;
  }

  private static String power(double nanos) {
    String text = Amounts.time(Math.round(nanos));
    return text.replace(".00 ", " ").replace(".0 ", " ");
  }
}
