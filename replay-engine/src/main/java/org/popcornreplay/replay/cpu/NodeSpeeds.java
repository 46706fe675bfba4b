package org.popcornreplay.replay.cpu;

import java.util.Arrays;

/** How fast the processors of each node are: work takes its nominal time over the node's speed. */
public final class NodeSpeeds {
  private final double[] speeds;
  private final boolean alike;

  /**
   * Speeds by node.
   *
   * @param speeds 1 = as the profile's costs say, 2 = half the time
   */
  public NodeSpeeds(double... speeds) {
    this.speeds = speeds.clone();
    alike = Arrays.stream(speeds).allMatch(speed -> speed == 1);
  }

  /** All nodes at speed 1. */
  public static NodeSpeeds alike(int nodes) {
    double[] speeds = new double[nodes];
    Arrays.fill(speeds, 1);
    return new NodeSpeeds(speeds);
  }

  /** What a piece of work takes on a node, in the unit of {@code nominal}. */
  public long on(int node, long nominal) {
    return alike ? nominal : Math.round(nominal / speeds[node]);
  }

  /** What it takes on the fastest node. */
  public long least(long nominal) {
    long least = nominal;
    for (int n = 0; n < speeds.length && !alike; n++) {
      least = n == 0 ? on(n, nominal) : Math.min(least, on(n, nominal));
    }
    return least;
  }
}
