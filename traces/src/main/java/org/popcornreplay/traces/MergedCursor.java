package org.popcornreplay.traces;

import org.popcornreplay.traces.arrow.ColumnBatch;
import org.popcornreplay.traces.cli.CommandException;

/** The cursor over a thread's visits, stored or reduced, and its events. */
final class MergedCursor implements ThreadCursor {
  private final int thread;
  private final VisitSource visitSource;
  private final RowSource eventBatches;

  private int visit = -1;
  private int visitRows;
  private int event = -1;
  private int eventRows;
  private boolean onEvent;
  private boolean begun;

  private final CursorRows visits = new CursorRows();
  private final long[][] arguments = new long[6][];
  private long[] instructions;
  private long[] sequence;
  private byte[] kind;
  private int[] code;
  private long[] object;
  private long[] result;
  private long[] nanos;
  private long[] ip;

  MergedCursor(int thread, VisitSource visitSource, RowSource eventBatches) {
    this.thread = thread;
    this.visitSource = visitSource;
    this.eventBatches = eventBatches;
  }

  @Override
  public boolean next() {
    if (!begun) {
      begun = true;
      nextVisit();
      nextEvent();
    } else if (onEvent) {
      nextEvent();
    } else {
      nextVisit();
    }
    if (event < eventRows) {
      onEvent = visit >= visitRows || instructions[event] <= visits.start(visit);
      return true;
    }
    onEvent = false;
    return visit < visitRows;
  }

  private void nextVisit() {
    if (++visit < visitRows) {
      return;
    }
    visit = 0;
    visitRows = 0;
    visits.clear();
    if (visitSource.load(visits)) {
      visitRows = visits.rows();
    }
  }

  private void nextEvent() {
    if (++event < eventRows) {
      return;
    }
    event = 0;
    eventRows = 0;
    if (eventBatches.load()) {
      ColumnBatch b = eventBatches.batch();
      eventRows = b.rows();
      instructions = b.longs(1);
      sequence = b.longs(2);
      kind = b.bytes(3);
      code = b.ints(4);
      object = b.longs(5);
      for (int a = 0; a < 6; a++) {
        arguments[a] = b.longs(6 + a);
      }
      result = b.longs(12);
      nanos = b.longs(13);
      ip = b.longs(14);
      checkKinds();
    }
  }

  private void checkKinds() {
    for (int i = 0; i < eventRows; i++) {
      if (EventKind.ofCode(kind[i]) == null) {
        throw CommandException.badInput(
            "events of thread " + thread + ": kind=" + kind[i] + ", expected a kind of event");
      }
    }
  }

  @Override
  public boolean isEvent() {
    return onEvent;
  }

  @Override
  public int thread() {
    return thread;
  }

  @Override
  public long instructions() {
    return onEvent ? instructions[event] : visits.start(visit);
  }

  @Override
  public int length() {
    return visits.length(visit);
  }

  @Override
  public long page() {
    return visits.page(visit);
  }

  @Override
  public int firstRead() {
    return visits.firstRead(visit);
  }

  @Override
  public int firstWrite() {
    return visits.firstWrite(visit);
  }

  @Override
  public int reads() {
    return visits.reads(visit);
  }

  @Override
  public int writes() {
    return visits.writes(visit);
  }

  @Override
  public long readLines() {
    return visits.readLines(visit);
  }

  @Override
  public long writeLines() {
    return visits.writeLines(visit);
  }

  @Override
  public long readIp() {
    return visits.readIp(visit);
  }

  @Override
  public long writeIp() {
    return visits.writeIp(visit);
  }

  @Override
  public int flags() {
    return visits.flags(visit);
  }

  @Override
  public long sequence() {
    return sequence[event];
  }

  @Override
  public EventKind kind() {
    return EventKind.ofCode(kind[event]);
  }

  @Override
  public int code() {
    return code[event];
  }

  @Override
  public long object() {
    return object[event];
  }

  @Override
  public long argument(int i) {
    return arguments[i][event];
  }

  @Override
  public long result() {
    return result[event];
  }

  @Override
  public long nanos() {
    return nanos[event];
  }

  @Override
  public long ip() {
    return ip[event];
  }
}
