package org.popcornreplay.reports.sections;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.reports.charts.SpeedupChart;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.page.Section;
import org.popcornreplay.reports.page.SqlTable;
import org.popcornreplay.reports.query.Rows;
import org.popcornreplay.reports.query.Run;

/** Is it faster with more nodes? */
final class SpeedupSection {
  private static final int MOST_LINES = 6;
  private static final List<String> PARTS =
      List.of("placement", "profile", "transport", "order_mode", "cores", "page_bytes");

  private SpeedupSection() {}

  static Section of(Subject subject) {
    Rows rows = subject.ask("speedup");
    Html body = new Html();
    Map<List<String>, List<Integer>> byConfiguration = new TreeMap<>(SpeedupSection::compare);
    int compared = 0;
    for (int i = 0; i < rows.size(); i++) {
      if (rows.real(i, "speedup") > 0) { // else stored with --no-baseline
        byConfiguration.computeIfAbsent(configuration(rows, i), k -> new ArrayList<>()).add(i);
        compared++;
      }
    }
    List<String> own = configuration(subject.focus());
    List<SpeedupChart.Line> lines = new ArrayList<>();
    List<List<String>> order = new ArrayList<>(byConfiguration.keySet());
    order.removeIf(c -> byConfiguration.get(c).size() < 2);
    if (order.remove(own)) {
      order.add(0, own);
    }
    for (List<String> configuration : order) {
      if (lines.size() == MOST_LINES) {
        break;
      }
      lines.add(line(rows, byConfiguration.get(configuration), name(configuration, order)));
    }
    if (lines.isEmpty()) {
      body.absent(
          "No curve: it needs runs of this trace on at least two numbers of nodes, with their baseline, and the store has {}. "
              + "Replay it again with another --nodes and the same -o.",
          Amounts.count(compared, "such run"));
      body.add(SqlTable.sql(List.of(rows)));
    } else {
      SpeedupChart.Line first = lines.get(0);
      body.add(
          subject
              .pictures()
              .figure(
                  "speedup",
                  new SpeedupChart(lines),
                  alternative(first),
                  Html.sentence(
                      "{} {}",
                      sentence(first),
                      Html.text(
                          "Both axes double at each step, so the dashed ideal is a straight line; the further below it, the more is lost."))));
      body.add(SqlTable.numbers(rows, "Speedup by number of nodes"));
    }
    return new Section("speedup", "Speedup against nodes", body);
  }

  private static SpeedupChart.Line line(Rows rows, List<Integer> points, String name) {
    List<Long> nodes = new ArrayList<>();
    List<Double> speedups = new ArrayList<>();
    for (int i : points) {
      nodes.add(rows.number(i, "nodes"));
      speedups.add(rows.real(i, "speedup"));
    }
    return new SpeedupChart.Line(name, nodes, speedups);
  }

  private static Html sentence(SpeedupChart.Line line) {
    int best = 0;
    for (int i = 1; i < line.speedups().size(); i++) {
      if (line.speedups().get(i) > line.speedups().get(best)) {
        best = i;
      }
    }
    int last = line.nodes().size() - 1;
    if (line.speedups().get(best) <= 1.005) {
      return Html.sentence(
          "With {}, no number of nodes beats keeping all threads at the origin; on {} the speedup is {}, {} of the ideal.",
          line.name(),
          Amounts.count(line.nodes().get(last), "node"),
          Amounts.factor(line.speedups().get(last)),
          Amounts.percent(line.speedups().get(last) / line.nodes().get(last)));
    }
    return Html.sentence(
        "With {}, the best is {} with a speedup of {}; on {} it is {}, {} of the ideal.",
        line.name(),
        Amounts.count(line.nodes().get(best), "node"),
        Amounts.factor(line.speedups().get(best)),
        Amounts.count(line.nodes().get(last), "node"),
        Amounts.factor(line.speedups().get(last)),
        Amounts.percent(line.speedups().get(last) / line.nodes().get(last)));
  }

  private static String alternative(SpeedupChart.Line line) {
    StringBuilder text =
        new StringBuilder("Line chart of speedup against nodes, " + line.name() + ":");
    for (int i = 0; i < line.nodes().size(); i++) {
      text.append(i == 0 ? " " : ", ")
          .append(Amounts.factor(line.speedups().get(i)))
          .append(" on ")
          .append(line.nodes().get(i));
    }
    return text.append('.').toString();
  }

  private static List<String> configuration(Rows rows, int row) {
    return PARTS.stream().map(part -> rows.text(row, part)).toList();
  }

  private static List<String> configuration(Run run) {
    return List.of(
        run.placement(),
        run.profile(),
        run.transport(),
        run.order(),
        Long.toString(run.coresPerNode()),
        Long.toString(run.pageBytes()));
  }

  /** Placement and profile, and of the rest what differs between the lines. */
  private static String name(List<String> configuration, List<List<String>> all) {
    List<String> words = new ArrayList<>();
    words.add("placement " + Html.shortened(configuration.get(0), 30));
    words.add("profile " + Html.shortened(configuration.get(1), 30));
    String[] after = {"", "", "", " order", " cores a node", " byte pages"};
    for (int part = 2; part < PARTS.size(); part++) {
      int at = part;
      if (all.stream().map(c -> c.get(at)).distinct().count() > 1) {
        words.add(Html.shortened(configuration.get(part), 20) + after[part]);
      }
    }
    return String.join(", ", words);
  }

  private static int compare(List<String> left, List<String> right) {
    for (int i = 0; i < left.size(); i++) {
      int order = left.get(i).compareTo(right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
