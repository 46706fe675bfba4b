package org.popcornreplay.reports.sections;

import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.reports.charts.HeatChart;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.page.Section;
import org.popcornreplay.reports.page.SqlTable;
import org.popcornreplay.reports.query.Rows;

/** Which node talks to which? */
final class TrafficSection {
  private static final int MOST_NODES = 64;
  private static final int MOST_NODES_WITH_NUMBERS = 8;

  private TrafficSection() {}

  static Section of(Subject subject) {
    Html body = new Html();
    long nodes = Math.max(1, subject.focus().nodes());
    long group = (nodes + MOST_NODES - 1) / MOST_NODES;
    Rows rows = subject.ask("traffic", "group", group, "most", MOST_NODES);
    if (nodes == 1) {
      body.absent("No chart: there is one node only, so nobody to talk to.");
    } else if (rows.isEmpty()) {
      body.absent("No chart: no node sent anything.");
    } else {
      chart(subject, rows, (int) ((nodes + group - 1) / group), group, body);
    }
    return new Section("traffic", "Traffic between nodes", body);
  }

  private static void chart(Subject subject, Rows rows, int size, long group, Html body) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      names.add(group == 1 ? Integer.toString(i) : i * group + "–" + ((i + 1) * group - 1));
    }
    List<double[]> cells = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    long throughOrigin = 0;
    for (int i = 0; i < rows.size(); i++) {
      long from = rows.number(i, "src");
      long to = rows.number(i, "dst");
      if (from < size && to < size) {
        cells.add(new double[] {to, from, rows.number(i, "messages")});
        if (size <= MOST_NODES_WITH_NUMBERS) {
          labels.add(brief(rows.number(i, "messages")));
        }
      }
      if (group == 1 && (from == 0 || to == 0)) {
        throughOrigin += rows.number(i, "messages");
      }
    }
    Html look =
        Html.sentence(
            "Rows send, columns receive. The busiest direction is from node {} to node {}: {}, {}.",
            names.get((int) Math.min(rows.number(0, "src"), size - 1)),
            names.get((int) Math.min(rows.number(0, "dst"), size - 1)),
            Amounts.count(rows.number(0, "messages"), "message"),
            Amounts.bytes(rows.number(0, "bytes")));
    if (group == 1) {
      look.add(
          Html.sentence(
              " {} of all messages go to or come from the origin, node 0, because pages and locks are kept there.",
              Amounts.share(throughOrigin, rows.sum("messages"))));
    } else {
      look.add(Html.sentence(" Each cell stands for {} nodes by {} nodes.", group, group));
    }
    body.add(
        subject
            .pictures()
            .figure(
                "traffic",
                new HeatChart(
                    names, size, 0, names, cells, labels, "to node", "from node", "messages"),
                "Matrix of messages from node to node, " + size + " by " + size + ".",
                look));
    body.add(SqlTable.numbers(rows, "Messages and bytes from node to node"));
  }

  private static String brief(long count) {
    if (count < 10_000) {
      return Amounts.count(count);
    }
    return count < 10_000_000
        ? Amounts.count(Math.round(count / 1e3)) + " k"
        : Amounts.count(Math.round(count / 1e6)) + " M";
  }
}
