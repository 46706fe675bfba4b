package org.popcornreplay.replay.thread;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.ThreadCursor;

/** An event of the trace, kept while the thread deals with it. */
public final class TraceEvent {
  /** The accesses of the kernel in a system call. */
  static final class KernelVisits {
    private final LongArrayList pages = new LongArrayList();
    private final LongArrayList readLines = new LongArrayList();
    private final LongArrayList writeLines = new LongArrayList();
    private final IntArrayList counts = new IntArrayList();

    void clear() {
      pages.clear();
      readLines.clear();
      writeLines.clear();
      counts.clear();
    }

    void add(ThreadCursor cursor) {
      pages.add(cursor.page());
      readLines.add(cursor.firstRead() >= 0 ? cursor.readLines() | 1 : 0);
      writeLines.add(cursor.firstWrite() >= 0 ? cursor.writeLines() | 1 : 0);
      counts.add(cursor.reads() + cursor.writes());
    }

    int size() {
      return pages.size();
    }

    long page(int i) {
      return pages.getLong(i);
    }

    boolean reads(int i) {
      return readLines.getLong(i) != 0;
    }

    boolean writes(int i) {
      return writeLines.getLong(i) != 0;
    }
  }

  private EventKind kind;
  private long instructions;
  private long sequence;
  private int code;
  private long object;
  private final long[] arguments = new long[6];
  private long result;
  private long nanos;
  private long ip;
  private final KernelVisits kernelVisits = new KernelVisits();

  void take(ThreadCursor cursor) {
    kind = cursor.kind();
    instructions = cursor.instructions();
    sequence = cursor.sequence();
    code = cursor.code();
    object = cursor.object();
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = cursor.argument(i);
    }
    result = cursor.result();
    nanos = cursor.nanos();
    ip = cursor.ip();
  }

  /** See the trace format; so are the others. */
  public EventKind kind() {
    return kind;
  }

  public long instructions() {
    return instructions;
  }

  public long sequence() {
    return sequence;
  }

  public int code() {
    return code;
  }

  public long object() {
    return object;
  }

  public long argument(int i) {
    return arguments[i];
  }

  public long result() {
    return result;
  }

  public long nanos() {
    return nanos;
  }

  public long ip() {
    return ip;
  }

  KernelVisits kernelVisits() {
    return kernelVisits;
  }
}
