package org.popcornreplay.replay;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.Locale;
import org.popcornreplay.replay.padding.PaddedObject;
import org.popcornreplay.replay.padding.PaddedTarget;
import org.popcornreplay.replay.padding.Padding;
import org.popcornreplay.replay.sharing.PageLedger;
import org.popcornreplay.replay.sharing.PageRecord;
import org.popcornreplay.replay.sharing.Sharing;
import org.popcornreplay.replay.thread.ThreadState;

/**
 * What pages of their own do for some objects: what the plain run lets expect, and what the padded
 * run shows. It listens to the plain run.
 */
final class PadComparison implements RunListener {
  private static final double NANOS_PER_MILLI = 1e6;

  /** Where less than this share of what was expected comes, it is refuted. */
  private static final double REFUTED_BELOW = 0.1;

  private static final double CONFIRMED_FROM = 0.5;

  private final Padding padding;
  private final PageLedger ledger = new PageLedger();
  private long predictedNanos;
  private long plainFaultNanos;
  private long plainNanos;

  PadComparison(Padding padding) {
    this.padding = padding;
  }

  @Override
  public boolean wantsVisits() {
    return true;
  }

  @Override
  public void visit(
      int thread, int node, long page, int reads, int writes, long readLines, long writeLines) {
    ledger.visit(thread, node, page, reads, writes, readLines, writeLines);
  }

  @Override
  public void fault(
      int thread,
      int node,
      long page,
      long address,
      long ip,
      String kind,
      long startNanos,
      long endNanos,
      int retries,
      String result) {
    ledger.fault(thread, node, page, !kind.equals("read"), endNanos - startNanos, retries);
  }

  /** The plain run has ended. */
  void plainRun(Replay run) {
    int pageBytes = run.request().pageBytes();
    LongOpenHashSet pages = new LongOpenHashSet();
    for (PaddedObject o : padding.objects()) {
      long last = (o.recordedAddress() + o.bytes() - 1) / pageBytes;
      for (long page = o.recordedAddress() / pageBytes; page <= last; page++) {
        pages.add(page);
      }
    }
    for (PageRecord record : ledger.finish()) {
      boolean inVain =
          record.sharing() == Sharing.FALSE_SHARING || record.sharing() == Sharing.MIXED;
      if (inVain && pages.contains(record.page)) {
        predictedNanos += record.vainNanos();
      }
    }
    plainFaultNanos = faultNanos(run);
    plainNanos = run.simulatedNanos();
  }

  private static long faultNanos(Replay run) {
    long sum = 0;
    for (int t = 0; t < run.threads(); t++) {
      sum += run.threadNumber(t) == null ? 0 : run.threadNumber(t).nanosIn(ThreadState.FAULT);
    }
    return sum;
  }

  private String verdict(long savedNanos) {
    if (savedNanos <= predictedNanos * REFUTED_BELOW) {
      return "refuted";
    }
    return savedNanos >= predictedNanos * CONFIRMED_FROM ? "confirmed" : "partly";
  }

  /** Lines for people about the padded run. */
  String text(Replay padded) {
    StringBuilder text = new StringBuilder();
    for (PaddedTarget t : padding.targets()) {
      text.append(
          String.format(
              Locale.ROOT,
              "padding   %s: %s in %s on %s of their own%s%n",
              t.text(),
              count(t.objects(), "object"),
              count(t.parts(), "part"),
              count(t.pages(), "page"),
              t.parts() == 0
                  ? "; other objects have all of their 64-byte lines, which is all that the trace tells"
                  : t.foreignBytes() == 0
                      ? ""
                      : "; up to "
                          + count(t.foreignBytes(), "byte")
                          + " of other data in the same 64-byte lines moved too"));
    }
    long faultNanos = faultNanos(padded);
    long saved = plainFaultNanos - faultNanos;
    text.append(
        String.format(
            Locale.ROOT,
            "predicted %s%n"
                + "%-9s %.3f ms less (%.3f ms of all threads instead of %.3f); the run takes %.3f ms"
                + " instead of %.3f (%+.1f %%)%n",
            predicted(),
            verdict(saved),
            saved / NANOS_PER_MILLI,
            faultNanos / NANOS_PER_MILLI,
            plainFaultNanos / NANOS_PER_MILLI,
            padded.simulatedNanos() / NANOS_PER_MILLI,
            plainNanos / NANOS_PER_MILLI,
            plainNanos == 0 ? 0 : 100.0 * (padded.simulatedNanos() - plainNanos) / plainNanos));
    return text.toString();
  }

  private String predicted() {
    return predictedNanos == 0
        ? "nothing: none of their pages was shared falsely"
        : String.format(
            Locale.ROOT,
            "up to %.3f ms less time in faults: those on their pages that were in vain",
            predictedNanos / NANOS_PER_MILLI);
  }

  private static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /** The same for scripts. */
  void json(ObjectNode root, Replay padded) {
    ObjectNode node = root.putObject("padding");
    ArrayNode objects = node.putArray("objects");
    for (PaddedTarget t : padding.targets()) {
      ObjectNode one = objects.addObject();
      one.put("text", t.text());
      one.put("objects", t.objects());
      one.put("parts", t.parts());
      one.put("pages", t.pages());
      one.put("foreign_bytes", t.foreignBytes());
    }
    long faultNanos = faultNanos(padded);
    node.put("predicted_saving_ns", predictedNanos);
    node.put("saving_ns", plainFaultNanos - faultNanos);
    node.put("plain_fault_ns", plainFaultNanos);
    node.put("fault_ns", faultNanos);
    node.put("plain_simulated_ns", plainNanos);
    node.put("verdict", verdict(plainFaultNanos - faultNanos));
  }
}
