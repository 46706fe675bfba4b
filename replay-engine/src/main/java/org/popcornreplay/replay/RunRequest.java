package org.popcornreplay.replay;

import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.traces.TraceReader;

/**
 * What a replay is asked for.
 *
 * @param nodes number of nodes, 1 or more
 * @param placement null = not decided yet; else {@code origin, round-robin, block, trace,
 *     trace:spread} or {@code file:FILE}
 * @param profile the costs
 * @param options the protocol's switches, transport included
 * @param cores cores of every node; -1 as the profile says
 * @param recordedOrder whether all synchronisation keeps its recorded order
 * @param pageBytes page size in bytes
 * @param seed seed of the random source
 */
public record RunRequest(
    int nodes,
    String placement,
    CostProfile profile,
    Options options,
    int cores,
    boolean recordedOrder,
    int pageBytes,
    long seed) {
  /** The same in another order. */
  public RunRequest inOrder(boolean recorded) {
    return new RunRequest(nodes, placement, profile, options, cores, recorded, pageBytes, seed);
  }

  /** The same with another placement. */
  public RunRequest placed(String where) {
    return new RunRequest(nodes, where, profile, options, cores, recordedOrder, pageBytes, seed);
  }

  /**
   * With the placement that suits a trace where none was named: its own migrations, if it has any.
   */
  RunRequest placedFor(TraceReader trace) {
    boolean migrates = trace.manifest().count("migrations") > 0;
    return placement == null ? placed(migrates ? "trace" : "block") : this;
  }

  /** The message layer: {@code socket} or {@code rdma}. */
  public String transport() {
    return options.get("TRANSPORT");
  }

  /** The same trace with all threads at the origin. */
  public RunRequest baseline() {
    return new RunRequest(1, "origin", profile, options, cores, recordedOrder, pageBytes, seed);
  }
}
