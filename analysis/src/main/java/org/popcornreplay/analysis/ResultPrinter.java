package org.popcornreplay.analysis;

import java.io.PrintStream;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Writes a result row by row. Ends early, without a word, when nobody reads any more. */
interface ResultPrinter {
  /** How often to look whether anybody still reads; looking flushes. */
  int ROWS_BETWEEN_LOOKS = 1_024;

  void print(ResultSet rows, PrintStream out) throws SQLException;
}
