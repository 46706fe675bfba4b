package org.popcornreplay.traces;

import static org.popcornreplay.traces.arrow.Column.i32;
import static org.popcornreplay.traces.arrow.Column.i64;
import static org.popcornreplay.traces.arrow.Column.u8;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.popcornreplay.traces.arrow.BatchPlace;
import org.popcornreplay.traces.arrow.Column;
import org.popcornreplay.traces.arrow.ColumnBatch;
import org.popcornreplay.traces.arrow.StreamFile;

/** Walks the rows of any table with plain values, batch by batch. */
public final class TableScan {
  private static final List<Column> ACCESS_COLUMNS =
      List.of(
          i32("thread"),
          i64("instructions"),
          i64("address"),
          i32("bytes"),
          u8("kind"),
          i64("ip"),
          u8("flags"));

  private static final int ROWS_AT_ONCE = 4096;

  private final TraceReader reader;
  private final TraceTable table;

  /** A scan of a table; where the trace lacks it there are no rows. */
  public TableScan(TraceReader reader, TraceTable table) {
    this.reader = reader;
    this.table = table;
  }

  /** Takes rows of a batch. */
  @FunctionalInterface
  public interface Taker {
    /**
     * Takes the rows of the batch, which is used again afterwards.
     *
     * @return false to end the scan
     */
    boolean take(ColumnBatch batch);
  }

  /** The columns that the rows have: for visits and accesses those of the unpacked ones. */
  public List<Column> columns() {
    return switch (table) {
      case VISITS -> VisitColumns.PLAIN;
      case ACCESSES -> ACCESS_COLUMNS;
      default -> table.columns();
    };
  }

  /**
   * Walks the rows, of a table by thread in the order of the threads.
   *
   * @param thread only rows of this thread, where the table is by thread; -1 for all
   */
  public void run(int thread, Taker taker) {
    if (!reader.has(table)) {
      return;
    }
    if (!table.byThread()) {
      runSmall(taker);
      return;
    }
    ThreadTable threads = reader.threads();
    for (int row = 0; row < threads.size(); row++) {
      int one = threads.thread(row);
      if ((thread < 0 || thread == one) && !runThread(one, taker)) {
        return;
      }
    }
  }

  private void runSmall(Taker taker) {
    try (StreamFile stream =
        new StreamFile(reader.directory().resolve(table.fileName()), table.columns())) {
      ColumnBatch batch = new ColumnBatch(table.columns());
      for (BatchPlace place : stream.scan(!reader.manifest().complete())) {
        stream.read(place, batch);
        if (!taker.take(batch)) {
          return;
        }
      }
    }
  }

  private boolean runThread(int thread, Taker taker) {
    if (table == TraceTable.ACCESSES) {
      return runAccesses(thread, taker);
    }
    if (table == TraceTable.VISITS) {
      return runVisits(thread, taker);
    }
    RowSource rows = reader.batches(table, thread);
    while (rows.load()) {
      if (!taker.take(rows.batch())) {
        return false;
      }
    }
    return true;
  }

  private boolean runVisits(int thread, Taker taker) {
    ThreadCursor c = reader.storedVisits(thread);
    return run(
        VisitColumns.PLAIN,
        c::next,
        (out, n) -> {
          out.ints(VisitColumns.THREAD)[n] = thread;
          out.longs(VisitColumns.PLAIN_START)[n] = c.instructions();
          out.ints(VisitColumns.PLAIN_LENGTH)[n] = c.length();
          out.longs(VisitColumns.PLAIN_PAGE)[n] = c.page();
          out.ints(VisitColumns.PLAIN_FIRST_READ)[n] = c.firstRead();
          out.ints(VisitColumns.PLAIN_FIRST_WRITE)[n] = c.firstWrite();
          out.ints(VisitColumns.PLAIN_READS)[n] = c.reads();
          out.ints(VisitColumns.PLAIN_WRITES)[n] = c.writes();
          out.longs(VisitColumns.PLAIN_READ_LINES)[n] = c.readLines();
          out.longs(VisitColumns.PLAIN_WRITE_LINES)[n] = c.writeLines();
          out.longs(VisitColumns.PLAIN_READ_IP)[n] = c.readIp();
          out.longs(VisitColumns.PLAIN_WRITE_IP)[n] = c.writeIp();
          out.bytes(VisitColumns.PLAIN_FLAGS)[n] = (byte) c.flags();
        },
        taker);
  }

  private boolean runAccesses(int thread, Taker taker) {
    AccessCursor c = reader.accesses(thread);
    return run(
        ACCESS_COLUMNS,
        c::next,
        (out, n) -> {
          out.ints(0)[n] = thread;
          out.longs(1)[n] = c.instructions();
          out.longs(2)[n] = c.address();
          out.ints(3)[n] = c.bytes();
          out.bytes(4)[n] = (byte) c.kind();
          out.longs(5)[n] = c.ip();
          out.bytes(6)[n] = (byte) c.flags();
        },
        taker);
  }

  /** Puts what a cursor is at into a row of a batch. */
  @FunctionalInterface
  private interface RowPutter {
    void put(ColumnBatch out, int row);
  }

  /** Walks what a cursor goes over; false where the taker ended it. */
  private static boolean run(
      List<Column> columns, BooleanSupplier next, RowPutter putter, Taker taker) {
    ColumnBatch out = new ColumnBatch(columns);
    out.reserve(ROWS_AT_ONCE);
    boolean more = next.getAsBoolean();
    while (more) {
      int n = 0;
      while (more && n < ROWS_AT_ONCE) {
        putter.put(out, n);
        n++;
        more = next.getAsBoolean();
      }
      out.setRows(n);
      if (!taker.take(out)) {
        return false;
      }
    }
    return true;
  }
}
