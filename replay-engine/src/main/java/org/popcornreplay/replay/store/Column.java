package org.popcornreplay.replay.store;

/**
 * A column of a table of the store, as a {@link TableWriter} hands it to DuckDB.
 *
 * @param kind how its values are held until they are inserted
 * @param absent the value that stands for NULL, or {@link #NEVER_ABSENT}
 */
record Column(String name, Kind kind, long absent) {
  static final long NEVER_ABSENT = Long.MIN_VALUE;

  enum Kind {
    INTEGER,
    BIGINT,
    /** 64 bits that SQL sees as an unsigned number. */
    MASK,
    /** One of few strings: kept once in a dictionary. */
    WORD
  }

  static Column integer(String name) {
    return new Column(name, Kind.INTEGER, NEVER_ABSENT);
  }

  static Column bigint(String name) {
    return new Column(name, Kind.BIGINT, NEVER_ABSENT);
  }

  static Column mask(String name) {
    return new Column(name, Kind.MASK, NEVER_ABSENT);
  }

  static Column word(String name) {
    return new Column(name, Kind.WORD, NEVER_ABSENT);
  }

  /** The same column, where {@code value} means that there is none. */
  Column absentAt(long value) {
    return new Column(name, kind, value);
  }

  /** What the insert selects for it. */
  String expression() {
    return absent == NEVER_ABSENT ? name : "nullif(" + name + ", " + absent + ")";
  }
}
