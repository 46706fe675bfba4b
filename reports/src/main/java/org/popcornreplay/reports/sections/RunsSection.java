package org.popcornreplay.reports.sections;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.popcornreplay.reports.charts.Palette;
import org.popcornreplay.reports.charts.StackedBarsChart;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.page.Section;
import org.popcornreplay.reports.page.SqlTable;
import org.popcornreplay.reports.query.Rows;
import org.popcornreplay.reports.query.Run;

/** How do the runs differ? */
final class RunsSection {
  private static final int MOST_RUNS = 24;
  private static final int MOST_PAGES = 20;
  private static final List<String> RUN_COLUMNS =
      List.of(
          "run_id",
          "label",
          "nodes",
          "cores",
          "placement",
          "profile",
          "simulated_ns",
          "speedup",
          "message_count",
          "message_bytes",
          "read_faults",
          "write_faults",
          "upgrade_faults",
          "retries",
          "program",
          "transport",
          "order_mode",
          "page_bytes",
          "seed",
          "record_level",
          "started");

  private RunsSection() {}

  static Section of(Subject subject) {
    Html body = new Html();
    List<Run> runs = subject.selection().runs();
    if (!subject.selection().compared().isEmpty()) {
      compare(subject, body);
    }
    if (runs.size() < 2) {
      body.absent("No comparison: the report is about one run.");
    } else {
      times(subject, runs, body);
    }
    table(subject, runs, body);
    return new Section("runs", "The runs compared", body);
  }

  private static void times(Subject subject, List<Run> runs, Html body) {
    Rows rows = subject.store().ask("run-times", Map.of());
    List<States> states = States.present(rows);
    if (states.isEmpty()) {
      return;
    }
    Map<Long, Run> shown =
        runs.stream()
            .skip(Math.max(0, runs.size() - MOST_RUNS))
            .collect(Collectors.toMap(Run::id, r -> r));
    List<String> bars = new ArrayList<>();
    List<String> shortBars = new ArrayList<>();
    List<long[]> times = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Run run = shown.get(rows.number(i, "run_id"));
      if (run != null) {
        bars.add(Html.shortened(run.shortName(), 40));
        shortBars.add("run " + run.id() + ", " + Amounts.count(run.nodes(), "node"));
        times.add(States.times(rows, i, states));
      }
    }
    Run quickest = runs.get(0);
    Run slowest = runs.get(0);
    for (Run run : subject.selection().sameTrace()) {
      if (!quickest.traceHash().equals(run.traceHash())
          || run.simulatedNanos() < quickest.simulatedNanos()) {
        quickest = run;
      }
      if (!slowest.traceHash().equals(run.traceHash())
          || run.simulatedNanos() > slowest.simulatedNanos()) {
        slowest = run;
      }
    }
    Html look =
        Html.sentence(
            "The time of all threads together, a bar for each run. Look for the colour that grows: computing should stay as it "
                + "is. Of this trace, {} is the quickest with {} and {} the slowest with {}.",
            quickest.shortName(),
            Amounts.time(quickest.simulatedNanos()),
            slowest.shortName(),
            Amounts.time(slowest.simulatedNanos()));
    if (runs.size() > MOST_RUNS) {
      look.add(Html.sentence(" Only the latest {} runs are shown.", MOST_RUNS));
    }
    body.add(
        subject
            .pictures()
            .figure(
                "runs",
                new StackedBarsChart(bars, shortBars, States.names(states), times, Palette::state),
                "Stacked bars: thread time by state for " + Amounts.count(bars.size(), "run") + ".",
                look));
    body.add(SqlTable.numbers(rows, "Thread time of each run by state"));
  }

  private static void compare(Subject subject, Html body) {
    Run first = subject.selection().compared().get(0);
    Run second = subject.selection().compared().get(1);
    body.element("h3", "Run " + first.id() + " against run " + second.id());
    if (!first.traceHash().equals(second.traceHash())) {
      body.paragraph(
          "These are runs of different traces ({} and {}): pages and counts differ for that reason alone.",
          Html.code(Html.shortened(first.programName(), 40)),
          Html.code(Html.shortened(second.programName(), 40)));
    }
    if (first.pageBytes() != second.pageBytes()) {
      body.paragraph(
          "Pages have {} in the first and {} in the second, so a page of one is not a page of the other.",
          Amounts.bytes(first.pageBytes()),
          Amounts.bytes(second.pageBytes()));
    }
    if (first.simulatedNanos() > 0 && second.simulatedNanos() > 0) {
      double factor = (double) second.simulatedNanos() / first.simulatedNanos();
      body.paragraph(
          "First: {}. Second: {}. The second takes {} instead of {}: {} times {}.",
          first.shortName(),
          second.shortName(),
          Amounts.time(second.simulatedNanos()),
          Amounts.time(first.simulatedNanos()),
          Amounts.factor(factor < 1 ? 1 / factor : factor),
          factor < 1 ? "as fast" : "as long");
    }
    Map<String, Long> pair = Map.of("a", first.id(), "b", second.id(), "most", (long) MOST_PAGES);
    body.add(
        SqlTable.shown(
            subject.store().ask("compare-totals", pair), "What changed, the largest factor first"));
    Rows messages = subject.store().ask("compare-messages", pair);
    if (!messages.isEmpty()) {
      body.add(SqlTable.shown(messages, "Messages by type, the largest change first"));
    }
    Rows pages = subject.store().ask("compare-pages", pair);
    if (!pages.isEmpty()) {
      body.add(SqlTable.shown(pages, "Pages whose fault time changed most"));
    }
  }

  private static void table(Subject subject, List<Run> runs, Html body) {
    Set<Long> ids = runs.stream().map(Run::id).collect(Collectors.toSet());
    Rows all = subject.store().ask("runs", Map.of());
    List<Object[]> kept = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (ids.contains(all.number(i, "run_id"))) {
        kept.add(all.cells().get(i));
      }
    }
    Rows rows = new Rows(all.name(), all.sql(), all.columns(), kept);
    body.add(SqlTable.shown(rows, "What was replayed", RUN_COLUMNS));
  }
}
