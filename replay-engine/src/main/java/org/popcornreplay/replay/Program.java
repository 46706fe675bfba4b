package org.popcornreplay.replay;

import java.util.List;
import org.popcornreplay.replay.heap.AllocationSites;
import org.popcornreplay.replay.heap.HeapHistory;
import org.popcornreplay.replay.padding.Padding;
import org.popcornreplay.replay.padding.PaddingPlan;
import org.popcornreplay.replay.thread.SyncCensus;
import org.popcornreplay.traces.TraceReader;

/**
 * What is replayed: a trace, perhaps with objects on pages of their own.
 *
 * @param trace the trace
 * @param plainCensus what a first look at the trace's events told
 * @param padding which objects have pages of their own
 * @param census what a first look at the padded trace's events told
 */
record Program(TraceReader trace, SyncCensus plainCensus, Padding padding, SyncCensus census) {
  /** A trace as it is. */
  static Program of(TraceReader trace, boolean withHeap) {
    Padding plain = Padding.none(trace, withHeap ? heap(trace) : null);
    SyncCensus census = census(trace, plain);
    return new Program(trace, census, plain, census);
  }

  /** A trace with objects on pages of their own. */
  static Program padded(TraceReader trace, List<String> objects, int pageBytes) {
    HeapHistory heap = heap(trace);
    SyncCensus plain = census(trace, Padding.none(trace, heap));
    Padding padding = PaddingPlan.of(trace, heap, Replay.threadCount(trace), objects, pageBytes);
    return new Program(trace, plain, padding, census(trace, padding));
  }

  private static SyncCensus census(TraceReader trace, Padding padding) {
    return Replay.threadCount(trace) < 2
        ? new SyncCensus()
        : SyncCensus.of(Replay.threadCount(trace), padding::events);
  }

  private static HeapHistory heap(TraceReader trace) {
    return HeapHistory.of(
        Replay.threadCount(trace),
        trace::events,
        new AllocationSites(trace.stacks(), trace.code(), trace.images()));
  }
}
