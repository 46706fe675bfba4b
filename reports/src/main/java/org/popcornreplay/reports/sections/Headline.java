package org.popcornreplay.reports.sections;

import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.query.Rows;
import org.popcornreplay.reports.query.Run;

/** The report in three sentences: how fast, where the time went, what to change first. */
final class Headline {
  private Headline() {}

  static Html of(Subject subject) {
    Run run = subject.focus();
    Rows times = subject.ask("time-by-state");
    Html verdict = new Html();
    verdict.paragraph("{}", speed(run));
    verdict.paragraph("{}", whereTimeWent(times));
    verdict.paragraph("{}", FirstAdvice.of(subject, times));
    return verdict;
  }

  private static Html speed(Run run) {
    String nodes = Amounts.count(run.nodes(), "node");
    String length = Amounts.time(run.simulatedNanos());
    Html program = Html.code(Html.shortened(run.programName(), 40));
    if (run.baselineNanos() <= 0 || run.simulatedNanos() <= 0) {
      return Html.sentence("On {}, {} takes {}.", nodes, program, length);
    }
    String baseline = Amounts.time(run.baselineNanos());
    double speedup = (double) run.baselineNanos() / run.simulatedNanos();
    if (run.nodes() == 1) {
      return Html.sentence("On one node, {} takes {}.", program, length);
    }
    if (Math.abs(speedup - 1) < 0.005) {
      return Html.sentence(
          "On {}, {} takes {}, as long as with all its threads at the origin ({}).",
          nodes,
          program,
          length,
          baseline);
    }
    boolean faster = speedup > 1;
    return Html.sentence(
        "On {}, {} takes {}: {} times {} than with all its threads at the origin ({}).",
        nodes,
        program,
        length,
        Amounts.factor(faster ? speedup : 1 / speedup),
        faster ? "faster" : "slower",
        baseline);
  }

  private static Html whereTimeWent(Rows times) {
    long all = times.sum("time_ns");
    if (all == 0) {
      return Html.text("The store holds no thread times of this run.");
    }
    StringBuilder parts = new StringBuilder();
    int shown = 0;
    for (int i = 0; i < times.size() && shown < 3; i++) {
      if (times.real(i, "share") < 0.01 && shown > 0) {
        break;
      }
      parts
          .append(shown == 0 ? "" : ", ")
          .append(Amounts.percent(times.real(i, "share")))
          .append(' ')
          .append(States.wordsFor(times.text(i, "state")));
      shown++;
    }
    return Html.sentence("Its threads spent {} in all: {}.", Amounts.time(all), parts.toString());
  }
}
