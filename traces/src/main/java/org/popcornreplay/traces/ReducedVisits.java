package org.popcornreplay.traces;

import org.popcornreplay.traces.arrow.ColumnBatch;

/** The visits of one thread of a full trace, made from its accesses while they are read. */
final class ReducedVisits implements RowSource {
  private static final int ROWS_AT_ONCE = 4096;

  private final AccessCursor accesses;
  private final RowSource events;
  private final boolean useMarks;
  private final int thread;
  private final AddressMap map;
  private final VisitReduction reduction;
  private final ColumnBatch out = new ColumnBatch(VisitColumns.PLAIN);
  private boolean begun;
  private boolean haveAccess;
  private boolean ended;
  private int event;
  private int eventRows;

  /** Instructions before the event that comes next. */
  private long atEvent = Long.MAX_VALUE;

  private long last;
  private long sequence = -1;

  /**
   * A reduction.
   *
   * @param useMarks true where {@link EventKind#SLICE} events say where slices of the full length
   *     ended, false where they end after exactly {@code sliceInstructions}
   * @param map where the accesses shall lie
   */
  ReducedVisits(
      int thread,
      AccessCursor accesses,
      RowSource events,
      long sliceInstructions,
      boolean useMarks,
      AddressMap map) {
    this.thread = thread;
    this.map = map;
    this.accesses = accesses;
    this.events = events;
    this.useMarks = useMarks;
    reduction =
        new VisitReduction(thread, useMarks ? Integer.MAX_VALUE : sliceInstructions, this::append);
  }

  @Override
  public ColumnBatch batch() {
    return out;
  }

  @Override
  public boolean load() {
    out.setRows(0);
    if (!begun) {
      begun = true;
      haveAccess = accesses.next();
      nextEvent();
    }
    while (!ended && out.rows() < ROWS_AT_ONCE) {
      if (haveAccess && accesses.instructions() < atEvent) {
        takeAccesses();
      } else if (event < eventRows) {
        EventKind kind = EventKind.ofCode(events.batch().bytes(3)[event]);
        if (kind != null && (kind == EventKind.SLICE ? useMarks : kind.cutsSlice())) {
          reduction.cut(atEvent);
        }
        last = Math.max(last, atEvent);
        sequence = events.batch().longs(2)[event];
        nextEvent();
      } else {
        reduction.end(last);
        ended = true;
      }
    }
    return out.rows() > 0;
  }

  /** Takes accesses up to the next event or as long as there is room for visits. */
  private void takeAccesses() {
    long end = atEvent;
    do {
      long instructions = accesses.instructions();
      if (instructions >= end) {
        return;
      }
      int kind = accesses.kind();
      int bytes = accesses.bytes();
      int flags = accesses.flags();
      // The kernel's accesses are made between two instructions.
      last = Math.max(last, (flags & VisitFlags.KERNEL) != 0 ? instructions : instructions + 1);
      long address =
          map.place(thread, accesses.address(), bytes, AccessKind.writes(kind), sequence);
      reduction.access(instructions, address, bytes, kind, accesses.ip(), flags);
      haveAccess = accesses.next();
    } while (haveAccess && out.rows() < ROWS_AT_ONCE);
  }

  private void nextEvent() {
    if (++event >= eventRows) {
      event = 0;
      eventRows = events.load() ? events.batch().rows() : 0;
    }
    atEvent = event < eventRows ? events.batch().longs(1)[event] : Long.MAX_VALUE;
  }

  private void append(
      int thread,
      long start,
      int length,
      long page,
      int firstRead,
      int firstWrite,
      int reads,
      int writes,
      long readLines,
      long writeLines,
      long readIp,
      long writeIp,
      int flags) {
    int row = out.rows();
    if (row == out.capacity()) {
      out.reserve(Math.max(256, row * 2));
    }
    out.ints(0)[row] = thread;
    out.longs(1)[row] = start;
    out.ints(2)[row] = length;
    out.longs(3)[row] = page;
    out.ints(4)[row] = firstRead;
    out.ints(5)[row] = firstWrite;
    out.ints(6)[row] = reads;
    out.ints(7)[row] = writes;
    out.longs(8)[row] = readLines;
    out.longs(9)[row] = writeLines;
    out.longs(10)[row] = readIp;
    out.longs(11)[row] = writeIp;
    out.bytes(12)[row] = (byte) flags;
    out.setRows(row + 1);
  }
}
