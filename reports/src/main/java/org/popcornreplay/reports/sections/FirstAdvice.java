package org.popcornreplay.reports.sections;

import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.query.Rows;

/**
 * The first thing to change. It follows from what takes the most of the critical path next to
 * computing, and, for faults, from how the costliest page is shared. A rule of thumb, so it says
 * its reason.
 */
final class FirstAdvice {
  /** Below this share, nothing but computing is worth a change. */
  private static final double WORTH_IT = 0.05;

  /** A critical path that idles more than this is not asked. */
  private static final double MOST_IDLE = 0.25;

  private FirstAdvice() {}

  static Html of(Subject subject, Rows times) {
    Costs costs = Costs.of(subject, times);
    Map.Entry<String, Double> largest =
        costs.shares().entrySet().stream()
            .max(Map.Entry.<String, Double>comparingByValue().thenComparing(Map.Entry::getKey))
            .orElse(Map.entry("compute", 0.0));
    if (largest.getValue() < WORTH_IT) {
      return Html.sentence(
          "First thing to change: nothing in the sharing; no kind of waiting takes {} of {} or more.",
          Amounts.percent(WORTH_IT),
          costs.whole());
    }
    String percent = Amounts.percent(largest.getValue()) + " of " + costs.whole();
    return switch (largest.getKey()) {
      case "fault" -> faults(subject);
      case "futex" -> locks(subject, percent);
      case "migration" ->
          Html.sentence(
              "First thing to change: how often threads move. {} between nodes take {}; "
                  + "a thread pays off away from the origin only when it computes much longer than it travels.",
              Amounts.count(subject.focus().migrations(), "migration"),
              percent);
      case "vma" ->
          Html.sentence(
              "First thing to change: mmap, munmap, mprotect and brk in remote threads, which take {}; "
                  + "allocate before the threads migrate.",
              percent);
      case "run-queue" ->
          Html.sentence(
              "First thing to change: more nodes, or more cores a node. Threads wait for one of {} for {}.",
              Amounts.count(subject.focus().coresPerNode(), "core") + " a node",
              percent);
      default ->
          Html.sentence(
              "First thing to change: system calls of remote threads, which take {}.", percent);
    };
  }

  /**
   * What takes time next to computing, as shares of a whole.
   *
   * @param whole the critical path where the store has one, else the time of all threads: a thread
   *     that waits for another says nothing about what that one does
   */
  private record Costs(Map<String, Double> shares, String whole) {
    static Costs of(Subject subject, Rows times) {
      Map<String, Double> shares = new TreeMap<>();
      if (subject.focus().holdsFaults()) {
        Rows path = subject.askNamed("critical-path", 0);
        for (int i = 0; i < path.size(); i++) {
          shares.merge(path.text(i, "kind"), path.real(i, "path_percent") / 100, Double::sum);
        }
      }
      // A path that mostly idles has missed who ended the wait, and tells nothing about causes.
      boolean ofPath = !shares.isEmpty() && shares.getOrDefault("idle", 0.0) < MOST_IDLE;
      if (!ofPath) {
        shares.clear();
      }
      for (int i = 0; i < times.size() && !ofPath; i++) {
        shares.put(times.text(i, "state"), times.real(i, "share"));
      }
      shares.remove("compute");
      // A thread is idle because another one is late: the cause is in the other states.
      shares.remove("idle");
      return new Costs(shares, ofPath ? "the critical path" : "the thread time");
    }
  }

  private static Html faults(Subject subject) {
    Rows pages = subject.askNamed("hot-pages", 1);
    if (pages.isEmpty() || pages.real(0, "fault_ms") == 0) {
      return Html.text(
          "First thing to change: the page faults; the store does not hold which pages they hit.");
    }
    Html page = Html.code(pages.text(0, "address"));
    String object =
        pages.text(0, "object").isBlank() ? pages.text(0, "region") : pages.text(0, "object");
    Html what =
        object.isBlank()
            ? page
            : Html.sentence("{} (page {})", Html.code(Html.shortened(object, 60)), page);
    String share = Amounts.percent(pages.real(0, "fault_percent") / 100);
    return switch (pages.text(0, "sharing")) {
      case "false-sharing" ->
          Html.sentence(
              "First thing to change: {}. It causes {} of the fault time by false sharing: threads on different nodes "
                  + "write different lines of one page. Give each thread's part a page of its own.",
              what,
              share);
      case "true-sharing" ->
          Html.sentence(
              "First thing to change: {}. It causes {} of the fault time by true sharing: threads on different nodes "
                  + "use the same lines and write them. Write them less often (a copy for each thread, joined at the end), "
                  + "or put these threads on one node.",
              what,
              share);
      case "mixed" ->
          Html.sentence(
              "First thing to change: {}. It causes {} of the fault time by true and false sharing at once. "
                  + "Separate what threads have in common from what each has for itself, page by page.",
              what,
              share);
      default ->
          Html.sentence(
              "First thing to change: how often data travels. The costliest page is {} with {} of the fault time, and it "
                  + "is not written on several nodes: most faults are first copies, so longer work on each page pays.",
              what,
              share);
    };
  }

  private static Html locks(Subject subject, String percent) {
    Rows locks = subject.askNamed("locks", 1);
    if (locks.isEmpty()) {
      return Html.sentence(
          "First thing to change: waiting for locks and other threads, {}.", percent);
    }
    Html what = Html.code(Html.shortened(locks.text(0, "object"), 60));
    return Html.sentence(
        "First thing to change: synchronisation, {}. The costliest object is {} ({}): {}, {} in them, {} from node to node.",
        percent,
        what,
        locks.text(0, "calls_of").isBlank()
            ? "futex"
            : Html.shortened(locks.text(0, "calls_of"), 80),
        Amounts.count(locks.number(0, "acquisitions"), "call"),
        Amounts.time(1e6 * locks.real(0, "wait_ms")),
        Amounts.count(locks.number(0, "hand_offs"), "hand-off"));
  }
}
