package org.popcornreplay.replay;

import java.util.Locale;
import org.popcornreplay.replay.thread.FailedAccess;
import org.popcornreplay.replay.thread.ReplayThread;
import org.popcornreplay.traces.CodeTable;

/** Tells why a run cannot go on: each thread, where it is, what it waits for. */
final class Impasse {
  private static final double NANOS_PER_MILLI = 1e6;

  private Impasse() {}

  static String ofDeadlock(Replay replay) {
    return "deadlock at "
        + millis(replay)
        + " ms: no thread can go on"
        + kernel(replay)
        + table(replay);
  }

  static String ofLivelock(Replay replay) {
    return "livelock at " + millis(replay) + " ms: the program makes no progress" + table(replay);
  }

  static String ofNetwork(Replay replay, String failure) {
    return "at " + millis(replay) + " ms " + failure + table(replay);
  }

  static String ofFailure(Replay replay) {
    ReplayThread t = replay.context().failedThread();
    FailedAccess access = replay.context().failedAccess();
    return "thread "
        + t.number()
        + " cannot go on at "
        + millis(replay)
        + " ms on node "
        + access.node()
        + ": "
        + Replay.outcome(replay.context().failure())
        + " at address 0x"
        + Long.toHexString(t.currentAddress())
        + ", "
        + place(replay.trace().code(), t.currentIp())
        + (access.isStale() ? staleMapping(access) : "")
        + kernel(replay)
        + table(replay);
  }

  private static String staleMapping(FailedAccess access) {
    return "; mapped "
        + FailedAccess.text(access.atOrigin())
        + " at the origin and still "
        + FailedAccess.text(access.onNode())
        + " on node "
        + access.node()
        + ", as Popcorn's mmap at a remote maps there only what was free; VMA_COHERENCE=full"
        + " goes on (docs/findings.md)";
  }

  private static String kernel(Replay replay) {
    return replay.tally().failure() == null ? "" : "; " + replay.tally().failure();
  }

  private static String millis(Replay replay) {
    return String.format(Locale.ROOT, "%.3f", replay.nowNanos() / NANOS_PER_MILLI);
  }

  private static String table(Replay replay) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%n%-7s %-5s %-10s %-34s %s",
            "thread",
            "node",
            "state",
            "at",
            "waits for"));
    CodeTable code = replay.trace().code();
    for (int i = 0; i < replay.threads(); i++) {
      ReplayThread t = replay.threadNumber(i);
      if (t == null || !t.hasStarted() || t.hasEnded()) {
        continue;
      }
      String object =
          t.waitingObject() == 0 ? "" : " (0x" + Long.toHexString(t.waitingObject()) + ")";
      text.append(
          String.format(
              Locale.ROOT,
              "%n%-7d %-5d %-10s %-34s %s",
              i,
              t.node(),
              t.state().text(),
              place(code, t.currentIp()),
              (t.waitingFor().isEmpty() ? "a core" : t.waitingFor()) + object));
    }
    for (String line : replay.popcorn().waits()) {
      text.append(System.lineSeparator()).append("kernel: ").append(line);
    }
    return text.toString();
  }

  /** The source line of a code address, as far as it is known. */
  static String place(CodeTable code, long ip) {
    for (int row = 0; row < code.size(); row++) {
      if (code.ip(row) == ip) {
        String where = code.file(row).isEmpty() ? "" : " " + code.file(row) + ":" + code.line(row);
        return (code.function(row).isEmpty() ? "0x" + Long.toHexString(ip) : code.function(row))
            + where;
      }
    }
    return ip == 0 ? "-" : "0x" + Long.toHexString(ip);
  }
}
