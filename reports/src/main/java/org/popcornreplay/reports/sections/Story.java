package org.popcornreplay.reports.sections;

import java.util.List;
import java.util.Map;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.page.Section;
import org.popcornreplay.reports.page.SqlTable;
import org.popcornreplay.reports.page.Verdict;
import org.popcornreplay.reports.query.Run;

/** The order in which a report tells what it knows. */
public final class Story {
  private Story() {}

  /** What the reader sees first. */
  public static Html headline(Subject subject) {
    Run run = subject.focus();
    Html html = Verdict.sentences(Headline.of(subject));
    html.add(
        Verdict.facts(
            List.of(
                new Verdict.Fact("simulated time", Amounts.time(run.simulatedNanos())),
                new Verdict.Fact(
                    "speedup", run.speedup() > 0 ? Amounts.factor(run.speedup()) : "–"),
                new Verdict.Fact("faults", Amounts.count(run.faults())),
                new Verdict.Fact("messages", Amounts.count(run.messages())),
                new Verdict.Fact("bytes", Amounts.bytes(run.messageBytes())),
                new Verdict.Fact("migrations", Amounts.count(run.migrations())))));
    html.add(
        SqlTable.sql(List.of(subject.store().ask("runs", Map.of()), subject.ask("time-by-state"))));
    html.paragraph("{}", details(run));
    int others = subject.selection().runs().size() - 1;
    if (others > 0) {
      html.paragraph(
          "Details are of run {}; {} of the store are compared at the end. Another one in detail: {}.",
          run.id(),
          others == 1 ? "this and one other run" : "this and " + others + " other runs",
          Html.code("--run ID"));
    }
    return html;
  }

  /** Every section. */
  public static List<Section> sections(Subject subject) {
    return List.of(
        TimeSection.of(subject),
        SpeedupSection.of(subject),
        HotSpotsSection.of(subject),
        HeatMapSection.of(subject),
        LatencySection.of(subject),
        PageLifeSection.of(subject),
        MessagesSection.of(subject),
        TrafficSection.of(subject),
        RunsSection.of(subject));
  }

  /** Where the numbers come from. */
  public static Html footer(Subject subject) {
    Run run = subject.focus();
    String file = String.valueOf(subject.store().file().getFileName());
    return new Html()
        .paragraph(
            "Made from {}, run {}{}, by model {}; trace {}.",
            Html.code(file),
            run.id(),
            run.started().isEmpty() ? "" : " of " + run.started(),
            run.modelVersion().isBlank() ? "unknown" : Html.shortened(run.modelVersion(), 40),
            Html.code(Html.shortened(run.traceHash(), 64)))
        .paragraph(
            "Times are simulated. Every number comes from the SQL beside it; ask it again with {}.",
            Html.code("popcorn-sql " + file + " -"));
  }

  private static Html details(Run run) {
    return Html.sentence(
        "Run {}{}: {}, replayed on {} with {} each, placement {}, profile {}, {}, {} order, pages of {}, seed {}.",
        run.id(),
        run.label().isBlank() ? "" : " (" + Html.shortened(run.label(), 80) + ")",
        Html.code(Html.shortened((run.program() + " " + run.arguments()).strip(), 200)),
        Amounts.count(run.nodes(), "node"),
        Amounts.count(run.coresPerNode(), "core"),
        Html.shortened(run.placement(), 80),
        Html.shortened(run.profile(), 80),
        run.transport(),
        run.order(),
        Amounts.bytes(run.pageBytes()),
        run.seed());
  }
}
