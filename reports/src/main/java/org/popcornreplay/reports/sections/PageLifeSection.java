package org.popcornreplay.reports.sections;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.page.LifeChart;
import org.popcornreplay.reports.page.Section;
import org.popcornreplay.reports.page.SqlTable;
import org.popcornreplay.reports.query.Rows;

/** What happens to the costliest page, message by message? */
final class PageLifeSection {
  private static final int MOST_MESSAGES = 32;

  private PageLifeSection() {}

  static Section of(Subject subject) {
    Html body = new Html();
    if (!subject.focus().holdsMessages()) {
      body.absent(
          "No chart: this run was stored with --record {}, which keeps no single messages; replay with --record messages.",
          subject.focus().recordLevel());
    } else {
      Rows pages = subject.ask("life-pages");
      if (pages.isEmpty()) {
        body.absent("No chart: no message of this run is about a page.");
      } else {
        chart(subject, pages, body);
      }
    }
    return new Section("page-life", "The life of one page", body);
  }

  private static void chart(Subject subject, Rows pages, Html body) {
    long page = pages.number(0, "page");
    Rows rows = subject.ask("page-life", "page", page, "most", MOST_MESSAGES);
    String address = "0x" + Long.toHexString(page * subject.focus().pageBytes());
    List<LifeChart.Event> events = new ArrayList<>();
    long messages = 0;
    for (int i = 0; i < rows.size(); i++) {
      boolean message = rows.text(i, "what").equals("message");
      messages += message ? 1 : 0;
      events.add(
          new LifeChart.Event(
              rows.number(i, "at_ns"),
              rows.number(i, "src"),
              message ? rows.number(i, "dst") : -1,
              rows.text(i, "name"),
              label(rows, i)));
    }
    body.paragraph(
        "The first {} of {} about page {}, which costs the most fault time, in the order of sending. Time runs down, not to "
            + "scale; dots are faults of threads (t), arrows are messages. Follow the arrows: each round through node 0, the "
            + "origin, is one time that the page or the right to write it moves.",
        Amounts.count(messages),
        Amounts.count(pages.number(0, "messages"), "message"),
        Html.code(address));
    body.add(
        LifeChart.svg(
            events, "Sequence chart: the first " + messages + " messages about page " + address));
    body.add(SqlTable.numbers(rows, "The events of the chart", pages));
  }

  private static String label(Rows rows, int i) {
    String name =
        Html.shortened(rows.text(i, "name"), 30)
            .replace("REMOTE_", "")
            .replace('_', ' ')
            .toLowerCase(Locale.ROOT);
    return switch (rows.text(i, "what")) {
      case "message" -> name;
      case "fault begins" -> "t" + rows.number(i, "thread") + " " + name + " fault";
      default -> {
        long retries = rows.number(i, "retries");
        yield "t"
            + rows.number(i, "thread")
            + " done, "
            + Amounts.time(rows.number(i, "took_ns"))
            + (retries == 0
                ? ""
                : ", " + Amounts.count(retries, "retry").replace("retrys", "retries"));
      }
    };
  }
}
