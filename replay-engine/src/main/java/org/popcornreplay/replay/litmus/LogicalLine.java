package org.popcornreplay.replay.litmus;

import java.util.ArrayList;
import java.util.List;

/**
 * One statement with its continuation lines joined and its comments removed.
 *
 * @param number the line it begins on, from 1
 * @param text the statement with single blanks around it removed
 */
record LogicalLine(int number, String text) {
  /** Splits a file into its statements; lines without one are left out. */
  static List<LogicalLine> split(String file) throws SyntaxException {
    List<LogicalLine> lines = new ArrayList<>();
    StringBuilder joined = new StringBuilder();
    int begins = 0;
    int number = 0;
    boolean continues = false;
    for (String raw : file.split("\n", -1)) {
      number++;
      int comment = raw.indexOf('#');
      String text = (comment < 0 ? raw : raw.substring(0, comment)).strip();
      if (!continues) {
        begins = number;
        joined.setLength(0);
      }
      continues = text.endsWith("\\");
      if (continues) {
        text = text.substring(0, text.length() - 1).strip();
      }
      if (joined.length() > 0 && !text.isEmpty()) {
        joined.append(' ');
      }
      joined.append(text);
      if (!continues && joined.length() > 0) {
        lines.add(new LogicalLine(begins, joined.toString()));
      }
    }
    if (continues) {
      throw new SyntaxException(number, "end of file after '\\', expected a line to continue on");
    }
    return lines;
  }
}
