package org.popcornreplay.replay.sweep;

import java.nio.file.Path;
import java.util.List;

/**
 * One run of a plan, in the words of {@code popcorn-replay}'s options.
 *
 * @param runId its number, 1 or more: the place in the plan
 * @param trace directory of the trace
 * @param nodes number of nodes
 * @param placement where threads run; null = as the trace suggests
 * @param profile name or file of the cost profile
 * @param transport {@code socket} or {@code rdma}; null = as the profile says
 * @param settings {@code KEY=VALUE} each
 * @param order {@code elastic} or {@code recorded}
 * @param pageBytes page size in bytes
 * @param cores cores of each node; null = as the profile says
 * @param seed seed of the random source
 */
public record SweepPoint(
    int runId,
    Path trace,
    int nodes,
    String placement,
    String profile,
    String transport,
    List<String> settings,
    String order,
    int pageBytes,
    Integer cores,
    long seed) {
  /** What runs with the same baseline have in common: everything but nodes and placement. */
  public List<Object> baselineKey() {
    return List.of(
        trace,
        profile,
        String.valueOf(transport),
        settings,
        order,
        pageBytes,
        String.valueOf(cores),
        seed);
  }

  /** The same for all runs that differ in number and seed only. */
  public SweepPoint ofAnyNumberAndSeed() {
    return new SweepPoint(
        0, trace, nodes, placement, profile, transport, settings, order, pageBytes, cores, 0);
  }

  /** What differs between runs, on one line and without the number: equal for equal runs. */
  public String words() {
    StringBuilder text = new StringBuilder();
    text.append("trace=").append(trace).append(" nodes=").append(nodes);
    text.append(" placement=").append(placement == null ? "default" : placement);
    text.append(" profile=").append(profile);
    text.append(" transport=").append(transport == null ? "default" : transport);
    text.append(" order=").append(order).append(" page_size=").append(pageBytes);
    text.append(" cores=").append(cores == null ? "default" : cores).append(" seed=").append(seed);
    settings.forEach(setting -> text.append(" set=").append(setting));
    return text.toString();
  }
}
