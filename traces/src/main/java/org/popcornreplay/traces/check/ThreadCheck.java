package org.popcornreplay.traces.check;

import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.SyncFunction;
import org.popcornreplay.traces.ThreadCursor;
import org.popcornreplay.traces.ThreadTable;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.VisitFlags;

/** Checks the meaning of one thread's visits and events. */
final class ThreadCheck {
  private static final int MOST_WITHOUT_EVENT = 1000;

  private final TraceReader reader;
  private final ThreadTable threads;
  private final int row;
  private final int thread;
  private final boolean full;
  private final long slice;
  private final FaultList faults;
  private final LongArrayList sequences;
  private final ArrayDeque<SyncFunction> open = new ArrayDeque<>();
  private long lastSequence = -1;
  private long lastEventAt = -1;
  private long sliceStart = -1;
  private int sliceLength = -1;
  private long sliceEnd;
  private long lastPage = -1;
  private boolean exited;
  private boolean began;

  /**
   * Visits of the kernel without their event. A recording that was killed may have lost its last
   * events, so there only those count that an event follows.
   */
  private final List<String> withoutEvent = new ArrayList<>();

  ThreadCheck(TraceReader reader, int row, FaultList faults, LongArrayList sequences) {
    this.reader = reader;
    threads = reader.threads();
    this.row = row;
    thread = threads.thread(row);
    full = reader.manifest().fullDetail();
    slice = reader.manifest().sliceInstructions();
    this.faults = faults;
    this.sequences = sequences;
  }

  void run() {
    ThreadCursor c = reader.cursor(thread); // of a full trace: reads all accesses
    long end = 0;
    while (c.next()) {
      if (c.isEvent()) {
        event(c);
        end = Math.max(end, c.instructions());
      } else {
        visit(c);
        end = Math.max(end, c.instructions() + c.length());
      }
    }
    if (reader.manifest().complete()) {
      tellWithoutEvent();
    }
    if (threads.instructions(row) >= 0 && end > threads.instructions(row)) {
      fault("instructions=" + threads.instructions(row) + ", expected " + end + " or more");
    }
  }

  private void tellWithoutEvent() {
    withoutEvent.forEach(this::fault);
    withoutEvent.clear();
  }

  private void event(ThreadCursor c) {
    String at = "event seq=" + c.sequence() + ": ";
    tellWithoutEvent();
    sequences.add(c.sequence());
    if (c.sequence() < 0) {
      fault(at + "seq=" + c.sequence() + ", expected 0 or more");
    }
    if (c.sequence() <= lastSequence) {
      fault(at + "comes after seq=" + lastSequence + ", expected rising numbers in a thread");
    }
    lastSequence = c.sequence();
    lastEventAt = c.instructions();
    if (exited) {
      fault(at + c.kind() + " after THREAD_EXIT, expected nothing");
    }
    if (c.kind().cutsSlice() && c.instructions() < sliceEnd) {
      fault(
          at
              + "instructions="
              + c.instructions()
              + ", expected not inside the slice that ends at "
              + sliceEnd);
    }
    switch (c.kind()) {
      case THREAD_START -> {
        if (began) {
          fault(at + "THREAD_START, expected it first and once");
        }
      }
      case THREAD_EXIT -> exited = true;
      case THREAD_CREATE -> {
        if (threads.row((int) c.argument(0)) < 0 && reader.manifest().complete()) {
          fault(at + "a0=" + c.argument(0) + ", expected a thread of the table");
        }
      }
      case SYNC_ENTER, SYNC_EXIT -> sync(c, at);
      case SPIN -> spin(c, at);
      default -> {}
    }
    began = true;
  }

  private void sync(ThreadCursor c, String at) {
    SyncFunction function = SyncFunction.ofCode(c.code());
    if (function == null) {
      fault(at + "code=" + c.code() + ", expected a synchronisation function");
    } else if (c.kind() == EventKind.SYNC_ENTER) {
      open.push(function);
    } else if (open.isEmpty()) {
      fault(at + "exit of " + function + ", expected its entry before");
    } else {
      // Functions left by an exception or longjmp have no exit: those above end too.
      if (open.contains(function)) {
        leave(function);
      } else {
        fault(at + "exit of " + function + ", expected one of " + open.peek());
      }
    }
    if (function == SyncFunction.JOIN && c.argument(1) >= 0) {
      if (reader.manifest().complete() && threads.row((int) c.argument(1)) < 0) {
        fault(at + "a1=" + c.argument(1) + ", expected a thread of the table or -1");
      }
    }
  }

  private void spin(ThreadCursor c, String at) {
    long from = c.argument(0);
    long until = c.argument(1);
    if (from < 0 || from > until || until > c.instructions()) {
      fault(at + "a0=" + from + " a1=" + until + ", expected 0 <= a0 <= a1 <= instructions");
    }
    if (reader.manifest().complete() && threads.row((int) c.argument(2)) < 0) {
      fault(at + "a2=" + c.argument(2) + ", expected a thread of the table");
    }
  }

  private void leave(SyncFunction function) {
    SyncFunction left = open.pop();
    while (left != function) {
      left = open.pop();
    }
  }

  private void visit(ThreadCursor c) {
    String at = "visit start=" + c.instructions() + " page=" + c.page() + ": ";
    boolean kernel = (c.flags() & VisitFlags.KERNEL) != 0;
    if (kernel) {
      if (c.length() != 0 || c.firstRead() > 0 || c.firstWrite() > 0) {
        fault(at + "kernel visit with length=" + c.length() + ", expected 0 and offsets 0 or -1");
      }
      if (c.instructions() != lastEventAt && withoutEvent.size() < MOST_WITHOUT_EVENT) {
        withoutEvent.add(at + "kernel visit, expected an event at the same instructions before it");
      }
    } else {
      userSlice(c, at);
    }
    side(at + "read", c.firstRead(), c.reads(), c.readLines(), c.length(), kernel);
    side(at + "write", c.firstWrite(), c.writes(), c.writeLines(), c.length(), kernel);
    if (c.reads() == 0 && c.writes() == 0) {
      fault(at + "reads=0 writes=0, expected an access");
    }
    if (c.page() < 0 || c.page() >= 1L << 52) {
      fault(at + "page=" + c.page() + ", expected 0 to 2^52 - 1");
    }
    if ((c.flags() & ~7) != 0) {
      fault(at + "flags=" + c.flags() + ", expected 0 to 7");
    }
    if ((c.flags() & VisitFlags.FIRST_WRITE_LOCKED) != 0 && c.writes() == 0) {
      fault(at + "flags=" + c.flags() + " without a write, expected one");
    }
    if ((c.flags() & VisitFlags.FIRST_UPDATE) != 0 && c.firstRead() != c.firstWrite()) {
      fault(at + "flags=" + c.flags() + ", expected first_read = first_write");
    }
  }

  private void userSlice(ThreadCursor c, String at) {
    if (c.instructions() == sliceStart && c.length() == sliceLength) {
      if (c.page() <= lastPage) {
        fault(at + "comes after page=" + lastPage + ", expected rising pages in a slice");
      }
    } else {
      if (c.instructions() < sliceEnd) {
        fault(at + "expected after the slice that ends at " + sliceEnd);
      }
      if (c.length() < 1 || (!full && c.length() > slice)) {
        fault(at + "length=" + c.length() + ", expected 1 to " + slice);
      }
      sliceStart = c.instructions();
      sliceLength = c.length();
      sliceEnd = sliceStart + sliceLength;
    }
    lastPage = c.page();
  }

  private void side(String at, int first, int count, long lines, int length, boolean kernel) {
    if (count < 0 || (first < 0) != (count == 0) || (lines == 0) != (count == 0)) {
      fault(
          at
              + "s="
              + count
              + " first="
              + first
              + " lines=0x"
              + Long.toHexString(lines)
              + ", expected all or none of them");
    } else if (first < -1 || (!kernel && first >= length)) {
      fault(at + " first=" + first + ", expected -1 to " + (length - 1));
    }
  }

  private void fault(String what) {
    faults.add("thread " + thread + ": " + what);
  }
}
