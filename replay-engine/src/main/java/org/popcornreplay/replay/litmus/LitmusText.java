package org.popcornreplay.replay.litmus;

import java.io.PrintWriter;
import java.util.Locale;
import org.popcornreplay.protocol.Message;

/** Verdicts for people: a block for each file. */
final class LitmusText {
  private final PrintWriter out;

  LitmusText(PrintWriter out) {
    this.out = out;
  }

  /** Prints title, messages, owners and the verdict. */
  void print(Verdict verdict) {
    Scenario scenario = verdict.scenario();
    out.println(scenario.title() == null ? scenario.file() : scenario.title());
    PageLookup pages = new PageLookup(scenario);
    for (MessageLog.Sent sent : verdict.messages().since(0)) {
      Message message = sent.message();
      StringBuilder line = new StringBuilder();
      line.append(
          String.format(
              Locale.ROOT,
              "%12s  %d>%d %s %d B",
              Times.text(sent.sentNanos()),
              message.from(),
              message.to(),
              message.type(),
              message.bytes()));
      String page = pages.name(message.page());
      if (page != null) {
        line.append(' ').append(page);
      }
      if (message.thread() != Message.NO_THREAD) {
        line.append(" for ").append(scenario.threads().get(message.thread()).name());
      }
      out.println(line);
    }
    for (Verdict.Ownership owned : verdict.owners()) {
      out.println("  owners " + owned.pages() + " " + owned.nodes());
    }
    if (verdict.ok()) {
      out.println("  ok");
    }
    for (Failure failure : verdict.failures()) {
      out.println(
          "  FAILED line "
              + failure.line()
              + ": expected "
              + failure.expected()
              + ", found "
              + failure.found());
    }
    out.println();
  }
}
