package org.popcornreplay.replay;

import java.util.Locale;
import java.util.Map;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.protocol.PopcornStat;

/** The counters of a node in the layout of /proc/popcorn_stat (stat.c, CONFIG_POPCORN_STAT). */
@SuppressWarnings("EnumOrdinal") // arrays by the position of a constant within one run
final class PopcornStatText {
  private static final Map<MessageType, String> NAMES =
      Map.of(
          MessageType.TASK_MIGRATE, "migration",
          MessageType.VMA_INFO_REQUEST, "VMA info",
          MessageType.VMA_OP_REQUEST, "VMA op",
          MessageType.REMOTE_PAGE_REQUEST, "remote page",
          MessageType.PAGE_INVALIDATE_REQUEST, "invalidate",
          MessageType.FUTEX_REQUEST, "futex");

  private static final int FIRST_TYPE = MessageType.TASK_MIGRATE.ordinal();
  private static final int LAST_TYPE = MessageType.FUTEX_RESPONSE.ordinal();
  private static final int ACTION_ROWS = 16;

  private PopcornStatText() {}

  static String of(PopcornStat stat, int node, String transport) {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "node %d%n", node));
    text.append(
        String.format(
            Locale.ROOT,
            "%12d  %12d  Total network I/O%n",
            stat.bytesSent(),
            stat.bytesReceived()));
    if (transport.equals("rdma")) {
      text.append(String.format(Locale.ROOT, "%12d  %12d  RDMA%n", stat.rdmaWritten(), 0));
    } else {
      text.append(String.format(Locale.ROOT, "%12d  %12d  socket%n", 0, 0));
    }
    MessageType[] types = MessageType.values();
    for (int i = FIRST_TYPE; i <= LAST_TYPE; i++) {
      text.append(
          String.format(
              Locale.ROOT,
              "%12d  %12d  %s%n",
              stat.sent(types[i]),
              stat.received(types[i]),
              NAMES.getOrDefault(types[i], "")));
    }
    for (int i = 0; i < ACTION_ROWS; i++) {
      text.append(
          String.format(
              Locale.ROOT,
              "%2d  %-12d  %2d  %-12d  %2d  %-12d  %2d  %-12d%n",
              i,
              stat.action(i),
              i + ACTION_ROWS,
              stat.action(i + ACTION_ROWS),
              i + 2 * ACTION_ROWS,
              stat.action(i + 2 * ACTION_ROWS),
              i + 3 * ACTION_ROWS,
              stat.action(i + 3 * ACTION_ROWS)));
    }
    return text.toString();
  }
}
