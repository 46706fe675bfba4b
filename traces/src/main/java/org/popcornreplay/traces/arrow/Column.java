package org.popcornreplay.traces.arrow;

/** A named column. */
public record Column(String name, ColumnType type) {
  /** An unsigned 8-bit column. */
  public static Column u8(String name) {
    return new Column(name, ColumnType.U8);
  }

  /** A 32-bit column. */
  public static Column i32(String name) {
    return new Column(name, ColumnType.I32);
  }

  /** A 64-bit column. */
  public static Column i64(String name) {
    return new Column(name, ColumnType.I64);
  }

  /** A text column. */
  public static Column text(String name) {
    return new Column(name, ColumnType.TEXT);
  }
}
