package org.popcornreplay.reports.sections;

import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.reports.charts.Palette;
import org.popcornreplay.reports.charts.StackedBarsChart;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.page.Section;
import org.popcornreplay.reports.page.SqlTable;
import org.popcornreplay.reports.query.Rows;

/** Where did the time go, by thread and by node? */
final class TimeSection {
  private static final int MOST_BARS = 48;
  private static final List<String> BOUND_COLUMNS =
      List.of(
          "scenario",
          "run_ms_at_best",
          "saving_ms_at_most",
          "saving_percent",
          "speedup_at_best",
          "basis");

  private TimeSection() {}

  static Section of(Subject subject) {
    Html body = new Html();
    byThread(subject, body);
    byNode(subject, body);
    criticalPath(subject, body);
    return new Section("time", "Where the time went", body);
  }

  private static void byThread(Subject subject, Html body) {
    body.element("h3", "By thread");
    Rows rows = subject.ask("time-by-thread", "most", MOST_BARS);
    List<States> states = States.present(rows);
    if (states.isEmpty()) {
      body.absent("No chart: the store holds no thread of this run with any time.");
      return;
    }
    List<String> bars = new ArrayList<>();
    List<String> shortBars = new ArrayList<>();
    List<long[]> times = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      shortBars.add("t" + rows.number(i, "thread") + ", node " + rows.number(i, "node"));
      String name = rows.text(i, "name");
      if (name.equals("thread " + rows.number(i, "thread"))) {
        name = "";
      }
      bars.add(
          "thread "
              + rows.number(i, "thread")
              + (name.isBlank() ? "" : " " + Html.shortened(name, 16))
              + ", node "
              + rows.number(i, "node"));
      times.add(States.times(rows, i, states));
    }
    Html look = extremes(rows, "thread", states);
    if (rows.size() == MOST_BARS) {
      look.add(
          Html.sentence(
              " Only the {} threads that lived longest are shown.", Amounts.count(MOST_BARS)));
    }
    body.add(
        subject
            .pictures()
            .figure(
                "time-by-thread",
                new StackedBarsChart(bars, shortBars, States.names(states), times, Palette::state),
                "Stacked bars: the time of "
                    + Amounts.count(rows.size(), "thread")
                    + " cut by state.",
                look));
    body.add(SqlTable.numbers(rows, "Time of each thread by state"));
  }

  private static void byNode(Subject subject, Html body) {
    body.element("h3", "By node");
    if (!subject.focus().holdsFaults()) {
      body.absent(
          "No chart: this run was stored with --record {}, which keeps no intervals; replay with --record faults or messages.",
          subject.focus().recordLevel());
      return;
    }
    Rows rows = subject.ask("time-by-node", "most", MOST_BARS);
    List<States> states = States.present(rows);
    if (states.isEmpty()) {
      body.absent("No chart: the store holds no interval of this run.");
      return;
    }
    List<String> bars = new ArrayList<>();
    List<long[]> times = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      long node = rows.number(i, "node");
      bars.add("node " + node + (node == 0 ? " (origin)" : ""));
      times.add(States.times(rows, i, states));
    }
    Html look =
        rows.size() == 1
            ? Html.sentence("All threads ran on node {}.", rows.number(0, "node"))
            : extremes(rows, "node", states);
    if (rows.size() == MOST_BARS) {
      look.add(Html.sentence(" Only the first {} nodes are shown.", Amounts.count(MOST_BARS)));
    }
    body.add(
        subject
            .pictures()
            .figure(
                "time-by-node",
                new StackedBarsChart(bars, bars, States.names(states), times, Palette::state),
                "Stacked bars: what threads did on "
                    + Amounts.count(rows.size(), "node")
                    + ", cut by state.",
                look));
    body.add(SqlTable.numbers(rows, "Time on each node by state"));
  }

  private static void criticalPath(Subject subject, Html body) {
    body.element("h3", "Critical path");
    if (!subject.focus().holdsFaults()) {
      body.absent(
          "Not here: this run was stored with --record {}, which keeps no intervals.",
          subject.focus().recordLevel());
      return;
    }
    Rows rows = subject.askNamed("critical-path", 0);
    if (rows.isEmpty()) {
      body.absent("Not here: the store holds no critical path of this run.");
      return;
    }
    for (int i = 0; i < rows.size(); i++) {
      String kind = rows.text(i, "kind");
      if (!kind.equals("compute") && !kind.equals("idle")) {
        String detail = rows.text(i, "detail");
        body.paragraph(
            "On the chain that determines the end of the run, the most time next to computing goes to {}{}: {}, {} of the "
                + "chain. If that cost nothing, the run could take {} at best.",
            kind,
            detail.isBlank() ? "" : " (" + Html.shortened(detail, 80) + ")",
            Amounts.time(1e6 * rows.real(i, "path_ms")),
            Amounts.percent(rows.real(i, "path_percent") / 100),
            Amounts.time(1e6 * rows.real(i, "run_ms_if_free")));
        break;
      }
    }
    body.add(SqlTable.shown(rows, "The critical path by what it consists of"));
    Rows bounds = subject.askNamed("what-if", 0);
    body.add(SqlTable.shown(bounds, "What if: bounds on the time of the run", BOUND_COLUMNS));
  }

  /** Who computes the largest and the smallest part of its time. */
  private static Html extremes(Rows rows, String what, List<States> states) {
    int busiest = 0;
    int laziest = 0;
    double most = -1;
    double least = 2;
    for (int i = 0; i < rows.size(); i++) {
      long all = 0;
      for (long time : States.times(rows, i, states)) {
        all += time;
      }
      if (all == 0) {
        continue;
      }
      double share = (double) rows.number(i, "compute_ns") / all;
      if (share > most) {
        most = share;
        busiest = i;
      }
      if (share < least) {
        least = share;
        laziest = i;
      }
    }
    if (rows.size() == 1 || busiest == laziest) {
      return Html.sentence(
          "Look how much of each bar is compute, the only part that is work: {} {} computes {} of its time.",
          what,
          rows.number(busiest, what),
          Amounts.percent(Math.max(most, 0)));
    }
    return Html.sentence(
        "Look how much of each bar is compute, the only part that is work: {} on {} {}, but only {} on {} {}.",
        Amounts.percent(most),
        what,
        rows.number(busiest, what),
        Amounts.percent(least),
        what,
        rows.number(laziest, what));
  }
}
