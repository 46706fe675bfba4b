package org.popcornreplay.reports.sections;

import org.popcornreplay.reports.page.Amounts;
import org.popcornreplay.reports.page.Html;
import org.popcornreplay.reports.query.Rows;

/**
 * The first thing to change. It follows from the state that took the most time next to computing,
 * and, for faults, from how the costliest page is shared. A rule of thumb, so it says its reason.
 */
final class FirstAdvice {
  /** Below this share of the thread time, nothing but computing is worth a change. */
  private static final double WORTH_IT = 0.05;

  private FirstAdvice() {}

  static Html of(Subject subject, Rows times) {
    String state = "";
    double share = 0;
    for (int i = 0; i < times.size(); i++) {
      String candidate = times.text(i, "state");
      // A thread is idle because another one is late: the cause is in the other states.
      if (!candidate.equals("compute") && !candidate.equals("idle")) {
        state = candidate;
        share = times.real(i, "share");
        break;
      }
    }
    if (share < WORTH_IT) {
      return Html.sentence(
          "First thing to change: nothing in the sharing; no kind of waiting takes {} of the thread time or more.",
          Amounts.percent(WORTH_IT));
    }
    String percent = Amounts.percent(share);
    return switch (state) {
      case "fault" -> faults(subject);
      case "futex" -> locks(subject, percent);
      case "migration" ->
          Html.sentence(
              "First thing to change: how often threads move. {} between nodes take {} of the thread time; "
                  + "a thread pays off away from the origin only when it computes much longer than it travels.",
              Amounts.count(subject.focus().migrations(), "migration"),
              percent);
      case "vma" ->
          Html.sentence(
              "First thing to change: mmap, munmap, mprotect and brk in remote threads, which take {} of the "
                  + "thread time; allocate before the threads migrate.",
              percent);
      case "run-queue" ->
          Html.sentence(
              "First thing to change: more nodes, or more cores a node. Threads wait for one of {} for {} of their time.",
              Amounts.count(subject.focus().coresPerNode(), "core") + " a node",
              percent);
      default ->
          Html.sentence(
              "First thing to change: system calls of remote threads, which take {} of the thread time.",
              percent);
    };
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
          "First thing to change: waiting for locks and other threads, {} of the thread time.",
          percent);
    }
    Html what = Html.code(Html.shortened(locks.text(0, "object"), 60));
    return Html.sentence(
        "First thing to change: synchronisation, {} of the thread time. The costliest object is {} ({}): {}, {} in them, {} from node to node.",
        percent,
        what,
        Html.shortened(locks.text(0, "calls_of"), 80),
        Amounts.count(locks.number(0, "acquisitions"), "call"),
        Amounts.time(1e6 * locks.real(0, "wait_ms")),
        Amounts.count(locks.number(0, "hand_offs"), "hand-off"));
  }
}
