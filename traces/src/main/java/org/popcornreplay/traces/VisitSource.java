package org.popcornreplay.traces;

/** Gives the visits of a thread, some at a time. */
interface VisitSource {
  /** No visits. */
  VisitSource EMPTY = into -> false;

  /** Puts the next ones into rows that are empty; false at the end. */
  boolean load(CursorRows into);

  /** Visits in plain columns. */
  static VisitSource plain(RowSource rows) {
    return into -> {
      if (!rows.load()) {
        return false;
      }
      into.take(rows.batch());
      return true;
    };
  }
}
