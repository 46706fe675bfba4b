package org.popcornreplay.traces;

import java.util.ArrayList;
import java.util.List;

/** Records as text, to compare traces. */
final class TracePrint {
  private TracePrint() {}

  static List<String> of(ThreadCursor c) {
    List<String> lines = new ArrayList<>();
    while (c.next()) {
      lines.add(
          c.isEvent()
              ? "event "
                  + c.instructions()
                  + " #"
                  + c.sequence()
                  + " "
                  + c.kind()
                  + " "
                  + c.code()
                  + " "
                  + c.object()
                  + " "
                  + c.argument(0)
                  + " "
                  + c.argument(1)
                  + " = "
                  + c.result()
              : "visit "
                  + c.instructions()
                  + "+"
                  + c.length()
                  + " "
                  + c.page()
                  + " "
                  + c.firstRead()
                  + " "
                  + c.firstWrite()
                  + " "
                  + c.reads()
                  + " "
                  + c.writes()
                  + " "
                  + c.readLines()
                  + " "
                  + c.writeLines()
                  + " "
                  + c.readIp()
                  + " "
                  + c.writeIp()
                  + " "
                  + c.flags());
    }
    return lines;
  }
}
