package org.popcornreplay.traces;

/** Loaded ELF files. */
public final class ImageTable {
  private final int[] image;
  private final String[] path;
  private final String[] buildId;
  private final long[] start;
  private final long[] end;
  private final long[] bias;

  ImageTable(TableRows rows) {
    image = rows.ints(0);
    path = rows.texts(1);
    buildId = rows.texts(2);
    start = rows.longs(3);
    end = rows.longs(4);
    bias = rows.longs(5);
  }

  /** The number of rows. */
  public int size() {
    return image.length;
  }

  /** Its number. */
  public int image(int row) {
    return image[row];
  }

  /** Its path. */
  public String path(int row) {
    return path[row];
  }

  /** Its build id in hexadecimal, or empty. */
  public String buildId(int row) {
    return buildId[row];
  }

  /** First address. */
  public long start(int row) {
    return start[row];
  }

  /** End address. */
  public long end(int row) {
    return end[row];
  }

  /** Address in memory minus address in the file. */
  public long bias(int row) {
    return bias[row];
  }
}
