package org.popcornreplay.traces.arrow;

/** What a column holds. */
public enum ColumnType {
  /** Unsigned 8-bit integer. */
  U8(1),
  /** Signed 32-bit integer. */
  I32(4),
  /** Signed 64-bit integer. */
  I64(8),
  /** UTF-8 text. */
  TEXT(4);

  private final int width;

  ColumnType(int width) {
    this.width = width;
  }

  /** Bytes of a value, or of an offset for text. */
  public int width() {
    return width;
  }
}
