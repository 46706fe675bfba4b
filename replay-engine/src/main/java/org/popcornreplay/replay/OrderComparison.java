package org.popcornreplay.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * One trace under both orders. What lies between their times is how far the prediction depends on
 * who came first, which the recording alone cannot tell.
 *
 * @param elastic locks decided anew
 * @param recorded locks in the recorded order
 */
record OrderComparison(Result elastic, Result recorded) {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double PERCENT = 100;

  /**
   * What came out under one order.
   *
   * @param runId its number in the store; null where it was not stored
   * @param baselineNanos with all threads at the origin; null where that is not known
   */
  record Result(Long runId, long simulatedNanos, Long baselineNanos) {
    private String text() {
      String time = String.format(Locale.ROOT, "%.3f ms", simulatedNanos / NANOS_PER_MILLI);
      return baselineNanos == null
          ? time
          : String.format(Locale.ROOT, "%s (speedup %.2f)", time, speedup());
    }

    private Double speedup() {
      return RunReport.speedup(baselineNanos, simulatedNanos);
    }
  }

  /** The difference of the two times as a share of the elastic one. */
  double uncertainty() {
    long between = Math.abs(elastic.simulatedNanos() - recorded.simulatedNanos());
    return elastic.simulatedNanos() == 0 ? 0 : (double) between / elastic.simulatedNanos();
  }

  String text() {
    return String.format(
        Locale.ROOT,
        "elastic %s, recorded %s: uncertainty %.1f %%",
        elastic.text(),
        recorded.text(),
        PERCENT * uncertainty());
  }

  void json(ObjectNode root) {
    ObjectNode orders = root.putObject("orders");
    json(orders.putObject("elastic"), elastic);
    json(orders.putObject("recorded"), recorded);
    root.put("order_uncertainty", uncertainty());
  }

  private static void json(ObjectNode to, Result result) {
    to.put("run_id", result.runId());
    to.put("simulated_ns", result.simulatedNanos());
    to.put("baseline_ns", result.baselineNanos());
    to.put("speedup", result.speedup());
  }
}
