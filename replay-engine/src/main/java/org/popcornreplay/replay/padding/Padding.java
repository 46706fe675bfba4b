package org.popcornreplay.replay.padding;

import java.util.List;
import org.popcornreplay.replay.heap.HeapHistory;
import org.popcornreplay.traces.MapTable;
import org.popcornreplay.traces.ThreadCursor;
import org.popcornreplay.traces.TraceReader;

/**
 * A trace in which some objects have pages of their own: what a replay reads in place of the trace
 * itself. {@link #none} is the trace as it was recorded.
 */
public final class Padding {
  private final TraceReader trace;
  private final Parts parts;
  private final MapTable maps;
  private final HeapHistory heap;
  private final List<PaddedObject> objects;
  private final List<PaddedTarget> targets;

  Padding(
      TraceReader trace,
      Parts parts,
      MapTable maps,
      HeapHistory heap,
      List<PaddedObject> objects,
      List<PaddedTarget> targets) {
    this.trace = trace;
    this.parts = parts;
    this.maps = maps;
    this.heap = heap;
    this.objects = objects;
    this.targets = targets;
  }

  /** The trace as it was recorded. */
  public static Padding none(TraceReader trace, HeapHistory heap) {
    return new Padding(trace, null, trace.maps(), heap, List.of(), List.of());
  }

  /** Whether any object has pages of its own. */
  public boolean isNone() {
    return parts == null;
  }

  /** Visits and events of a thread. */
  public ThreadCursor cursor(int thread) {
    if (parts == null) {
      return trace.cursor(thread);
    }
    if (!trace.manifest().fullDetail()) {
      return new PaddedCursor(trace.cursor(thread), parts, true);
    }
    ThreadCursor moved =
        trace.cursor(
            thread,
            trace.manifest().sliceInstructions(),
            (t, address, bytes, writes, sequence) -> parts.place(address, sequence));
    return new PaddedCursor(moved, parts, false);
  }

  /** Events of a thread. */
  public ThreadCursor events(int thread) {
    ThreadCursor events = trace.events(thread);
    return parts == null ? events : new PaddedCursor(events, parts, true);
  }

  /** The address space, with room for the objects. */
  public MapTable maps() {
    return maps;
  }

  /** The heap blocks that stay where they were. */
  public HeapHistory heap() {
    return heap;
  }

  /** The objects, where they lie now; one that is cut gives several. */
  public List<PaddedObject> objects() {
    return objects;
  }

  /** What was asked for, and what became of it. */
  public List<PaddedTarget> targets() {
    return targets;
  }

  /** Whether a variable has pages of its own. */
  public boolean moves(long address) {
    return parts != null && parts.at(address, Long.MAX_VALUE) >= 0;
  }
}
