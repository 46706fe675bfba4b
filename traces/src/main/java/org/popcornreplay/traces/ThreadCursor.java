package org.popcornreplay.traces;

/**
 * Walks the visits and events of one thread in the order of the format. {@link #next()} goes to the
 * next record; then {@link #isEvent()} says what it is, and its getters are valid until the next
 * call. Cursors of one reader belong to the reader's thread.
 */
public interface ThreadCursor {
  /** Goes to the next record; false at the end. */
  boolean next();

  /** True for an event, false for a visit. */
  boolean isEvent();

  /** The thread. */
  int thread();

  /** Instructions before the record: the start of the slice for a visit. */
  long instructions();

  /** Visit: instructions of its slice; 0 for the kernel's. */
  int length();

  /** Visit: page number, address / 4096. */
  long page();

  /** Visit: offset in the slice of the first read in instructions, or -1. */
  int firstRead();

  /** Visit: offset in the slice of the first write in instructions, or -1. */
  int firstWrite();

  /** Visit: number of reads. */
  int reads();

  /** Visit: number of writes. */
  int writes();

  /** Visit: lines read, bit i = 64-byte line i. */
  long readLines();

  /** Visit: lines written, bit i = 64-byte line i. */
  long writeLines();

  /** Visit: code address of the first read, or 0. */
  long readIp();

  /** Visit: code address of the first write, or 0. */
  long writeIp();

  /** Visit: bits of {@link VisitFlags}. */
  int flags();

  /** Event: its number in the recorded order of the process. */
  long sequence();

  /** Event: what it is. */
  EventKind kind();

  /** Event: the column code. */
  int code();

  /** Event: an address. */
  long object();

  /** Event: a0…a5. */
  long argument(int i);

  /** Event: the column result. */
  long result();

  /** Event: duration on the host in nanoseconds, as {@link EventKind} says. */
  long nanos();

  /** Event: code address, or 0. */
  long ip();
}
