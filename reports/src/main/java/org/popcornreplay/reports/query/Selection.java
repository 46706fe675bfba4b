package org.popcornreplay.reports.query;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Which runs a report is about.
 *
 * @param runs all of them, oldest first
 * @param focus the one that is shown in detail
 * @param compared two runs to be compared, first and second, or empty
 */
public record Selection(List<Run> runs, Run focus, List<Run> compared) {

  /**
   * Picks runs of a store.
   *
   * @param ids runs to show; empty for all; the first is shown in detail
   * @param pair two runs to compare, or empty; the second is shown in detail unless {@code ids}
   *     names one
   * @throws CommandException where the store has no such run
   */
  public static Selection of(ReportStore store, List<Long> ids, List<Long> pair) {
    List<Run> all = Run.all(store);
    if (all.isEmpty()) {
      throw CommandException.badInput(store.file() + ": runs=0, expected at least one run");
    }
    Map<Long, Run> byId = new TreeMap<>();
    all.forEach(run -> byId.put(run.id(), run));
    List<Run> named = ids.stream().map(id -> found(byId, "--run", id)).toList();
    List<Run> compared = pair.stream().map(id -> found(byId, "--compare", id)).toList();
    if (compared.size() == 2 && compared.get(0).equals(compared.get(1))) {
      throw CommandException.usage(
          "--compare=" + pair.get(0) + " " + pair.get(1) + ", expected two different runs");
    }
    Run focus;
    if (!named.isEmpty()) {
      focus = named.get(0);
    } else if (!compared.isEmpty()) {
      focus = compared.get(1);
    } else {
      focus =
          all.stream()
              .max(Comparator.comparingLong(Run::nodes).thenComparing(Run::id))
              .orElseThrow();
    }
    List<Run> shown =
        named.isEmpty()
            ? all
            : all.stream().filter(run -> named.contains(run) || compared.contains(run)).toList();
    return new Selection(shown, focus, compared);
  }

  /** The runs of the same trace as the one in detail. */
  public List<Run> sameTrace() {
    return runs.stream().filter(run -> run.traceHash().equals(focus.traceHash())).toList();
  }

  private static Run found(Map<Long, Run> byId, String option, long id) {
    Run run = byId.get(id);
    if (run == null) {
      throw CommandException.usage(
          option + "=" + id + ", expected a run of the store: " + someOf(byId));
    }
    return run;
  }

  private static String someOf(Map<Long, Run> byId) {
    List<String> ids = byId.keySet().stream().limit(20).map(String::valueOf).toList();
    return String.join(", ", ids) + (byId.size() > ids.size() ? ", …" : "");
  }
}
