package org.popcornreplay.replay.time;

import org.popcornreplay.protocol.World.Step;

/**
 * Everything that will happen, in order of virtual time in nanoseconds; what falls on one instant
 * happens in the order in which it was asked for.
 *
 * <p>Each step belongs to a node, and a node has two lanes. The <i>firm</i> lane holds whatever may
 * change the node's page rights or take a processor away. The <i>running</i> lane holds the points
 * at which a running thread looks again; what such a step causes reaches another node only through
 * the network. A thread may therefore run ahead, without a step for each access, up to {@link
 * #horizon}.
 */
public final class EventQueue {
  /** A time after all others. */
  public static final long NEVER = Long.MAX_VALUE;

  private final StepHeap[] lanes;
  private final int leaves;
  private final int firstRunning;
  private final int[] winners;
  private final long[] topTimes;
  private final long[] topSequences;
  private long now;
  private long sequence;
  private long stepsRun;

  /** A queue for nodes 0..nodes-1. */
  public EventQueue(int nodes) {
    firstRunning = nodes == 1 ? 1 : Integer.highestOneBit(nodes - 1) << 1;
    leaves = 2 * firstRunning;
    lanes = new StepHeap[leaves];
    topTimes = new long[leaves];
    topSequences = new long[leaves];
    for (int i = 0; i < leaves; i++) {
      lanes[i] = new StepHeap();
      topTimes[i] = NEVER;
    }
    winners = new int[2 * leaves];
    for (int i = 0; i < leaves; i++) {
      winners[leaves + i] = i;
    }
    for (int i = leaves - 1; i > 0; i--) {
      winners[i] = winners[2 * i];
    }
  }

  /** The present moment in nanoseconds. */
  public long nowNanos() {
    return now;
  }

  /** How many steps are still to run. */
  public long pendingSteps() {
    return sequence - stepsRun;
  }

  /** How many steps have run. */
  public long stepsRun() {
    return stepsRun;
  }

  /**
   * Asks for a step in the firm lane of a node.
   *
   * @param timeNanos not before now
   */
  public void at(int node, long timeNanos, Step step) {
    push(node, timeNanos, step);
  }

  /** Asks for a step in the firm lane after a delay in nanoseconds. */
  public void after(int node, long delayNanos, Step step) {
    push(node, now + delayNanos, step);
  }

  /** Asks for a step in the running lane of a node. */
  public void running(int node, long timeNanos, Step step) {
    push(firstRunning + node, timeNanos, step);
  }

  private void push(int lane, long time, Step step) {
    if (time < now) {
      throw new IllegalArgumentException("time=" + time + ", expected at least " + now);
    }
    long number = sequence++;
    lanes[lane].push(time, number, step);
    if (time < topTimes[lane]) {
      topTimes[lane] = time;
      topSequences[lane] = number;
      challenge(lane);
    }
  }

  /**
   * Plays the matches of a lane whose first step has become an earlier one, up to the first that it
   * loses: it has the largest number, so it wins by its time alone.
   */
  private void challenge(int lane) {
    long time = topTimes[lane];
    for (int match = (leaves + lane) >>> 1; match > 0; match >>>= 1) {
      int winner = winners[match];
      if (winner != lane) {
        if (topTimes[winner] <= time) {
          return;
        }
        winners[match] = lane;
      }
    }
  }

  /** Plays the matches on the way from a lane to the root. */
  private void replay(int lane) {
    for (int match = (leaves + lane) >>> 1; match > 0; match >>>= 1) {
      int left = winners[2 * match];
      int right = winners[2 * match + 1];
      long a = topTimes[left];
      long b = topTimes[right];
      // Who is first is a toss-up that no processor predicts: this makes a conditional move.
      int winner = a < b ? left : right;
      if (a == b) {
        winner = topSequences[left] <= topSequences[right] ? left : right;
      }
      winners[match] = winner;
    }
  }

  /**
   * The moment before which nothing can change the page rights of a node: its next firm step, or
   * the earliest step elsewhere plus the time that a message needs at least.
   *
   * @param firmReachNanos from a firm step elsewhere to a handler on the node
   * @param runningReachNanos from a running thread to a handler on another node
   */
  public long horizon(int node, long firmReachNanos, long runningReachNanos) {
    long firm = topTimes[node];
    long others = later(topTimes[winners[2]], firmReachNanos);
    long running = later(topTimes[winners[3]], runningReachNanos);
    return Math.min(firm, Math.min(others, running));
  }

  private static long later(long time, long delay) {
    return time >= NEVER - delay ? NEVER : time + delay;
  }

  /** Time of the next step, or {@link #NEVER}. */
  public long nextNanos() {
    return topTimes[winners[1]];
  }

  /** Runs the next step; false where there is none. */
  public boolean runNext() {
    int lane = winners[1];
    if (topTimes[lane] == NEVER) {
      return false;
    }
    now = topTimes[lane];
    StepHeap heap = lanes[lane];
    Step step = heap.pop();
    topTimes[lane] = heap.topTime();
    topSequences[lane] = heap.topSequence();
    replay(lane);
    stepsRun++;
    step.run();
    return true;
  }
}
