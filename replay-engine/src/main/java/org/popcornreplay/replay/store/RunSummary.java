package org.popcornreplay.replay.store;

import java.time.Instant;

/**
 * What a run was asked for and what came out, as far as the listener cannot count it itself: the
 * columns of the table {@code runs}. Every setter returns this object.
 */
public final class RunSummary {
  String label = "";
  String traceHash = "";
  String program = "";
  String arguments = "";
  int nodes;
  int coresPerNode;
  String placement = "";
  String profile = "";
  String transport = "";
  String order = "";
  int pageBytes = 4096;
  long seed;
  long simulatedNanos;
  Long baselineNanos; // null = not known
  long accesses;
  long instructions;
  long events;
  String options = "";
  long sliceInstructions;
  Instant startedAt;
  long wallMillis;
  String modelVersion = "";

  /** Free text of {@code --label}. */
  public RunSummary label(String text) {
    label = text;
    return this;
  }

  /** Content hash of the trace. */
  public RunSummary traceHash(String hash) {
    traceHash = hash;
    return this;
  }

  /** The recorded program and its arguments, as one line of text each. */
  public RunSummary program(String path, String programArguments) {
    program = path;
    arguments = programArguments;
    return this;
  }

  /** Number of nodes, and cores of each of them. */
  public RunSummary nodes(int count, int cores) {
    nodes = count;
    coresPerNode = cores;
    return this;
  }

  /** Name of the placement. */
  public RunSummary placement(String name) {
    placement = name;
    return this;
  }

  /** Name of the cost profile. */
  public RunSummary profile(String name) {
    profile = name;
    return this;
  }

  /** {@code socket} or {@code rdma}. */
  public RunSummary transport(String name) {
    transport = name;
    return this;
  }

  /** {@code elastic} or {@code recorded}. */
  public RunSummary order(String name) {
    order = name;
    return this;
  }

  /** Bytes of a page. */
  public RunSummary pageBytes(int bytes) {
    pageBytes = bytes;
    return this;
  }

  /** Seed of the run's random source. */
  public RunSummary seed(long number) {
    seed = number;
    return this;
  }

  /**
   * Simulated time of the run, and of the same trace with all threads at the origin; null where
   * that is not known.
   */
  public RunSummary times(long simulated, Long baseline) {
    simulatedNanos = simulated;
    baselineNanos = baseline;
    return this;
  }

  /** Accesses and instructions of the trace that were replayed, and events of the simulation. */
  public RunSummary work(long accessCount, long instructionCount, long eventCount) {
    accesses = accessCount;
    instructions = instructionCount;
    events = eventCount;
    return this;
  }

  /** Options that differ from the profile, {@code KEY=VALUE} separated by spaces. */
  public RunSummary options(String text) {
    options = text;
    return this;
  }

  /** Instructions of a slice of the trace. */
  public RunSummary sliceInstructions(long count) {
    sliceInstructions = count;
    return this;
  }

  /** When the replay was started by the clock on the wall and how long it took. */
  public RunSummary wall(Instant start, long millis) {
    startedAt = start;
    wallMillis = millis;
    return this;
  }

  /** Version of the protocol model. */
  public RunSummary modelVersion(String version) {
    modelVersion = version;
    return this;
  }
}
