package org.popcornreplay.reports.sections;

import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.reports.page.PictureBook;
import org.popcornreplay.reports.query.ReportStore;
import org.popcornreplay.reports.query.Rows;
import org.popcornreplay.reports.query.Run;
import org.popcornreplay.reports.query.Selection;

/**
 * What a section writes about.
 *
 * @param store where the answers come from
 * @param selection which runs
 * @param pictures where charts go
 */
public record Subject(ReportStore store, Selection selection, PictureBook pictures) {
  /** Slices into which charts over time cut a run. */
  static final long SLICES = 120;

  /** The run in detail. */
  Run focus() {
    return selection.focus();
  }

  /** Length of the run in detail; at least 1 ns, so that it can be cut into slices. */
  long lengthNanos() {
    return Math.max(1, focus().simulatedNanos());
  }

  /** Asks a named query of {@code popcorn-sql} about the run in detail. */
  Rows askNamed(String query, long most) {
    return store.askNamed(query, Map.of("run", focus().id(), "limit", most));
  }

  /** Asks a query about the run in detail; {@code more} are names and numbers of other places. */
  Rows ask(String query, Object... more) {
    Map<String, Long> values = new TreeMap<>();
    values.put("run", focus().id());
    values.put("length", lengthNanos());
    values.put("slices", SLICES);
    for (int i = 0; i < more.length; i += 2) {
      values.put((String) more[i], ((Number) more[i + 1]).longValue());
    }
    return store.ask(query, values);
  }
}
