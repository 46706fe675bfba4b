package org.popcornreplay.reports.sections;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.reports.charts.MessageBarsChart;
import org.popcornreplay.reports.charts.MessageTimelineChart;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.page.Section;
import org.popcornreplay.reports.page.SqlTable;
import org.popcornreplay.reports.query.Rows;

/** What was sent, by type and over time? */
final class MessagesSection {
  private static final int MOST_TYPES_OVER_TIME = 8;

  private MessagesSection() {}

  static Section of(Subject subject) {
    Html body = new Html();
    Rows rows = subject.ask("messages-by-type");
    if (rows.isEmpty()) {
      body.absent(
          "No chart: this run sent no message{}.",
          subject.focus().nodes() == 1 ? ", because there is one node only" : "");
    } else {
      byType(subject, rows, body);
      body.element("h3", "Over time");
      overTime(subject, rows, body);
    }
    return new Section("messages", "Messages", body);
  }

  private static void byType(Subject subject, Rows rows, Html body) {
    List<String> types = new ArrayList<>();
    List<Long> messages = new ArrayList<>();
    List<Long> bytes = new ArrayList<>();
    int heaviest = 0;
    for (int i = 0; i < rows.size(); i++) {
      types.add(Html.shortened(rows.text(i, "type"), 40));
      messages.add(rows.number(i, "messages"));
      bytes.add(rows.number(i, "bytes"));
      if (rows.number(i, "bytes") > rows.number(heaviest, "bytes")) {
        heaviest = i;
      }
    }
    Html look =
        Html.sentence(
            "{} with {} in all. Most frequent is {} with {} of the messages; most bytes are in {}, {}.",
            Amounts.count(rows.sum("messages"), "message"),
            Amounts.bytes(rows.sum("bytes")),
            Html.code(types.get(0)),
            Amounts.percent(rows.real(0, "share_of_messages")),
            Html.code(types.get(heaviest)),
            Amounts.percent(rows.real(heaviest, "share_of_bytes")));
    Rows rdma = subject.ask("rdma");
    if (rdma.sum("rdma_bytes") > 0) {
      look.add(
          Html.sentence(
              " Beside the messages, {} of pages were written by RDMA.",
              Amounts.bytes(rdma.sum("rdma_bytes"))));
    }
    body.add(
        subject
            .pictures()
            .figure(
                "messages",
                new MessageBarsChart(types, messages, bytes, Amounts::count, Amounts::bytes),
                "Bars: messages and bytes of " + Amounts.count(rows.size(), "message type") + ".",
                look));
    body.add(SqlTable.numbers(rows, "Messages by type", rdma));
  }

  private static void overTime(Subject subject, Rows byType, Html body) {
    if (!subject.focus().holdsMessages()) {
      body.absent(
          "No chart: this run was stored with --record {}, which keeps no single messages; replay with --record messages.",
          subject.focus().recordLevel());
      return;
    }
    Rows rows = subject.ask("messages-over-time");
    if (rows.isEmpty()) {
      body.absent("No chart: the store holds no single message of this run.");
      return;
    }
    // The types with the most bytes get a layer each, in the order of the colours; others share
    // one.
    List<String> types = new ArrayList<>();
    List<Integer> byBytes = new ArrayList<>();
    for (int i = 0; i < byType.size(); i++) {
      byBytes.add(i);
    }
    byBytes.sort(
        (a, b) -> {
          int order = Long.compare(byType.number(b, "bytes"), byType.number(a, "bytes"));
          return order != 0 ? order : Integer.compare(a, b);
        });
    for (int i : byBytes) {
      if (types.size() < MOST_TYPES_OVER_TIME) {
        types.add(byType.text(i, "type"));
      }
    }
    Map<String, double[]> amounts = new TreeMap<>();
    double[] others = new double[(int) Subject.SLICES];
    double[] slices = new double[(int) Subject.SLICES];
    for (int i = 0; i < rows.size(); i++) {
      int slice = (int) rows.number(i, "slice");
      if (slice < 0 || slice >= Subject.SLICES) {
        continue;
      }
      double kibibytes = rows.number(i, "bytes") / 1024.0;
      String type = rows.text(i, "type");
      slices[slice] += rows.number(i, "bytes");
      if (types.contains(type)) {
        amounts.computeIfAbsent(type, t -> new double[(int) Subject.SLICES])[slice] += kibibytes;
      } else {
        others[slice] += kibibytes;
      }
    }
    types.removeIf(type -> !amounts.containsKey(type));
    List<double[]> layers = new ArrayList<>();
    types.forEach(type -> layers.add(amounts.get(type)));
    if (rows.cells().stream().anyMatch(c -> !types.contains(String.valueOf(c[1])))) {
      types.add("other types");
      layers.add(others);
    }
    int busiest = 0;
    double all = 0;
    for (int slice = 0; slice < slices.length; slice++) {
      all += slices[slice];
      if (slices[slice] > slices[busiest]) {
        busiest = slice;
      }
    }
    long length = subject.lengthNanos();
    Html look =
        Html.sentence(
            "Each bar is {} of the run ({}). The busiest begins at {}: {} in it, {} times the average.",
            "1/" + Subject.SLICES,
            Amounts.time((double) length / Subject.SLICES),
            Amounts.time((double) length * busiest / Subject.SLICES),
            Amounts.bytes(slices[busiest]),
            Amounts.factor(slices[busiest] / (all / Subject.SLICES)));
    body.add(
        subject
            .pictures()
            .figure(
                "messages-over-time",
                new MessageTimelineChart(
                    types.stream().map(t -> Html.shortened(t, 40)).toList(),
                    layers,
                    length,
                    "KiB sent in 1/" + Subject.SLICES + " of the run"),
                "Stacked bars: bytes sent by message type over simulated time.",
                look));
    body.add(SqlTable.numbers(rows, "Messages by slice of time and type"));
  }
}
