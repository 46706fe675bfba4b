package org.popcornreplay.analysis.perfetto;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tracks of a run, each named where it is first used. A process is a node; in it, threads have
 * a track each. Messages overlap, so what a node sends and what it handles have as many tracks as
 * are needed at one time.
 */
final class Tracks {
  /** Numbers of threads are unique in the file, and larger than those of processes. */
  private static final int THREADS_PER_NODE = 1_000_000;

  private static final int FIRST_SENDING = 900_000;
  private static final int FIRST_HANDLING = 950_000;
  private static final int MOST_LANES = 50_000;

  private final TraceEvents events;
  private final Set<Integer> named = new HashSet<>();
  private final Map<Integer, Track> threads = new HashMap<>();
  private final Map<Integer, List<Track>> lanes = new HashMap<>();

  Tracks(TraceEvents events) {
    this.events = events;
  }

  /** The track of a thread on a node. */
  Track thread(int node, int thread, String name) throws IOException {
    int number = number(node, Math.min(thread, FIRST_SENDING - 1));
    Track track = threads.get(number);
    if (track == null) {
      String plain = "thread " + thread;
      boolean hasName = name != null && !name.isBlank() && !name.equals(plain);
      track = named(node, number, hasName ? plain + " " + name : plain);
      threads.put(number, track);
    }
    return track;
  }

  /** A track of messages that a node sends, free at this time. */
  Track sending(int node, long nanos) throws IOException {
    return free(node, FIRST_SENDING, "sends", nanos);
  }

  /** A track of messages that a node handles, free at this time. */
  Track handling(int node, long nanos) throws IOException {
    return free(node, FIRST_HANDLING, "handles", nanos);
  }

  private Track free(int node, int first, String what, long nanos) throws IOException {
    List<Track> some = lanes.computeIfAbsent(number(node, first), key -> new ArrayList<>());
    for (Track track : some) {
      if (track.isFree(nanos)) {
        return track;
      }
    }
    if (some.size() == MOST_LANES) {
      return some.get(MOST_LANES - 1);
    }
    Track track = named(node, number(node, first) + some.size(), what + " " + (some.size() + 1));
    some.add(track);
    return track;
  }

  private static int number(int node, int within) {
    return (node + 1) * THREADS_PER_NODE + within;
  }

  private Track named(int node, int thread, String name) throws IOException {
    Track track = new Track(node + 1, thread); // viewers take process 0 for the idle one
    if (named.add(node)) {
      events.describe(
          "process_name", track, "name", "node " + node + (node == 0 ? " (origin)" : ""));
      events.describe("process_sort_index", track, "sort_index", node);
    }
    events.describe("thread_name", track, "name", name);
    events.describe("thread_sort_index", track, "sort_index", thread % THREADS_PER_NODE);
    return track;
  }
}
