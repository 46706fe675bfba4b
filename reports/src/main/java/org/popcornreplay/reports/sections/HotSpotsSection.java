package org.popcornreplay.reports.sections;

import java.util.List;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.page.Section;
import org.popcornreplay.reports.page.SqlTable;
import org.popcornreplay.reports.query.Rows;

/** Which pages, lines, objects and locks cost the most? */
final class HotSpotsSection {
  private static final int MOST = 12;
  private static final List<String> PAGE_COLUMNS =
      List.of(
          "address",
          "object",
          "sharing",
          "fault_ms",
          "fault_percent",
          "read_faults",
          "write_faults",
          "transfers",
          "invalidations",
          "retries",
          "readers",
          "writers",
          "region");
  private static final List<String> LINE_COLUMNS =
      List.of(
          "place",
          "function",
          "fault_ms",
          "fault_percent",
          "faults",
          "read_faults",
          "write_faults",
          "retries",
          "mean_us",
          "longest_us",
          "object",
          "allocated_at");
  private static final List<String> OBJECT_COLUMNS =
      List.of("object", "kind", "fault_ms", "fault_percent", "faults", "blocks", "bytes", "site");
  private static final List<String> LOCK_COLUMNS =
      List.of(
          "object",
          "calls_of",
          "wait_ms",
          "mean_us",
          "longest_us",
          "acquisitions",
          "hand_offs",
          "futex_waits",
          "threads",
          "nodes",
          "called_at",
          "declared_at");
  private static final List<String> ADVICE_COLUMNS =
      List.of("address", "advice", "saving_ms", "percent_of_fault_time", "sides", "confirm_with");

  private HotSpotsSection() {}

  static Section of(Subject subject) {
    Html body = new Html();
    pages(subject, body);
    falseSharing(subject, body);
    lines(subject, body);
    objects(subject, body);
    locks(subject, body);
    return new Section("hot-spots", "Costliest pages, lines, objects and locks", body);
  }

  private static void pages(Subject subject, Html body) {
    body.element("h3", "Pages");
    Rows rows = subject.askNamed("hot-pages", MOST);
    if (rows.isEmpty()) {
      absent(
          subject,
          body,
          "No table: the store holds no page of this run that was shared or faulted.",
          rows);
      return;
    }
    body.paragraph(
        "The first page has {} of the fault time; it is {}.",
        Amounts.percent(rows.real(0, "fault_percent") / 100),
        rows.text(0, "sharing").isBlank() ? "not classified" : rows.text(0, "sharing"));
    body.add(SqlTable.shown(rows, "Pages by fault time", PAGE_COLUMNS));
  }

  private static void falseSharing(Subject subject, Html body) {
    body.element("h3", "False sharing, and what to do about it");
    Rows rows = subject.askNamed("false-sharing", MOST);
    if (rows.isEmpty()) {
      absent(subject, body, "No table: no page of this run was shared falsely.", rows);
      return;
    }
    body.paragraph(
        "Page {} moved {} without need, because threads on different nodes use different lines of it. Without that, threads "
            + "would wait up to {} less in all.",
        Html.code(rows.text(0, "address")),
        Amounts.count(rows.number(0, "false_faults"), "time"),
        Amounts.time(1e6 * rows.real(0, "saving_ms")));
    body.add(SqlTable.shown(rows, "Pages that moved in vain", ADVICE_COLUMNS));
  }

  private static void lines(Subject subject, Html body) {
    body.element("h3", "Source lines");
    Rows rows = subject.askNamed("hot-lines", MOST);
    if (rows.isEmpty()) {
      absent(subject, body, "No table: the store holds no single fault of this run.", rows);
      return;
    }
    body.paragraph(
        "Accesses at {} cost the most: {} of the fault time.",
        Html.code(Html.shortened(rows.text(0, "place"), 90)),
        Amounts.percent(rows.real(0, "fault_percent") / 100));
    body.add(SqlTable.shown(rows, "Source lines by fault time", LINE_COLUMNS));
  }

  private static void objects(Subject subject, Html body) {
    body.element("h3", "Objects");
    Rows rows = subject.askNamed("hot-objects", MOST);
    if (rows.isEmpty()) {
      absent(
          subject,
          body,
          "No table: no variable or heap block that the trace knows has any fault time.",
          rows);
      return;
    }
    body.paragraph(
        "{} costs the most: {}, {}.",
        Html.code(Html.shortened(rows.text(0, "object"), 60)),
        Amounts.time(1e6 * rows.real(0, "fault_ms")),
        Amounts.count(rows.number(0, "faults"), "fault"));
    body.add(SqlTable.shown(rows, "Variables and heap blocks by fault time", OBJECT_COLUMNS));
  }

  private static void locks(Subject subject, Html body) {
    body.element("h3", "Locks");
    Rows rows = subject.askNamed("locks", MOST);
    if (rows.isEmpty()) {
      absent(
          subject,
          body,
          "No table: the store holds no call of a synchronisation function of this run.",
          rows);
      return;
    }
    if (rows.number(0, "acquisitions") == 0) {
      body.paragraph(
          "The first is a bare futex, used by no lock function that the trace knows: {} reached the kernel.",
          Amounts.count(rows.number(0, "futex_waits"), "wait"));
    } else {
      body.paragraph(
          "The first has {} of its {} handed from one node to another.",
          Amounts.count(rows.number(0, "hand_offs")),
          Amounts.count(rows.number(0, "acquisitions"), "acquisition"));
    }
    body.add(SqlTable.shown(rows, "Synchronisation objects by time in their calls", LOCK_COLUMNS));
  }

  private static void absent(Subject subject, Html body, String why, Rows rows) {
    String level = subject.focus().recordLevel();
    boolean sumsOnly = !subject.focus().holdsFaults();
    body.absent("{}{}", why, sumsOnly ? " It was stored with --record " + level + "." : "");
    body.add(SqlTable.sql(List.of(rows)));
  }
}
