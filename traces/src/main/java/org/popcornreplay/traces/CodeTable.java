package org.popcornreplay.traces;

/** Code addresses that occur in the trace. */
public final class CodeTable {
  private final long[] ip;
  private final int[] image;
  private final String[] function;
  private final String[] file;
  private final int[] line;

  CodeTable(TableRows rows) {
    ip = rows.longs(0);
    image = rows.ints(1);
    function = rows.texts(2);
    file = rows.texts(3);
    line = rows.ints(4);
  }

  /** The number of rows. */
  public int size() {
    return ip.length;
  }

  /** The address. */
  public long ip(int row) {
    return ip[row];
  }

  /** The image it lies in, or -1. */
  public int image(int row) {
    return image[row];
  }

  /** The function, or empty. */
  public String function(int row) {
    return function[row];
  }

  /** The source file, or empty. */
  public String file(int row) {
    return file[row];
  }

  /** The line, or 0. */
  public int line(int row) {
    return line[row];
  }
}
