package org.popcornreplay.replay.store;

/**
 * A column of a table of the store, as a {@link TableWriter} hands it to DuckDB.
 *
 * @param kind how its values are held until they are inserted
 * @param absent the value that stands for NULL, or {@link #NEVER_ABSENT}
 * @param type SQL's name of the type of a {@link Kind#LABEL}, else empty
 */
record Column(String name, Kind kind, long absent, String type) {
  static final long NEVER_ABSENT = Long.MIN_VALUE;

  enum Kind {
    INTEGER,
    BIGINT,
    /** 64 bits that SQL sees as an unsigned number. */
    MASK,
    /** One of few strings: kept once in a dictionary. */
    WORD,
    /** A word where the table has an ENUM. */
    LABEL
  }

  private Column(String name, Kind kind) {
    this(name, kind, NEVER_ABSENT, "");
  }

  static Column integer(String name) {
    return new Column(name, Kind.INTEGER);
  }

  static Column bigint(String name) {
    return new Column(name, Kind.BIGINT);
  }

  static Column mask(String name) {
    return new Column(name, Kind.MASK);
  }

  static Column word(String name) {
    return new Column(name, Kind.WORD);
  }

  /** The same column, where {@code value} means that there is none. */
  Column absentAt(long value) {
    return new Column(name, kind, value, type);
  }

  /** The same column of words, as the ENUM that it is in this store. */
  Column label(String enumType) {
    return new Column(name, Kind.LABEL, absent, enumType);
  }

  boolean isOfWords() {
    return kind == Kind.WORD || kind == Kind.LABEL;
  }

  /** Size of a value until it is inserted. */
  int valueBytes() {
    return kind == Kind.BIGINT || kind == Kind.MASK ? Long.BYTES : Integer.BYTES;
  }

  /** What the insert selects for it, unless it is a label. */
  String expression() {
    return absent == NEVER_ABSENT ? name : "nullif(" + name + ", " + absent + ")";
  }
}
