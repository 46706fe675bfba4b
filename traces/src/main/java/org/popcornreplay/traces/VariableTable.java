package org.popcornreplay.traces;

/** Static and global variables. */
public final class VariableTable {
  private final int[] image;
  private final String[] name;
  private final long[] address;
  private final long[] bytes;

  VariableTable(TableRows rows) {
    image = rows.ints(0);
    name = rows.texts(1);
    address = rows.longs(2);
    bytes = rows.longs(3);
  }

  /** The number of rows. */
  public int size() {
    return image.length;
  }

  /** The image it lies in. */
  public int image(int row) {
    return image[row];
  }

  /** Its name. */
  public String name(int row) {
    return name[row];
  }

  /** Its address in memory. */
  public long address(int row) {
    return address[row];
  }

  /** Its size. */
  public long bytes(int row) {
    return bytes[row];
  }
}
