package org.popcornreplay.replay.time;

import java.util.Arrays;
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

  // Matches: the last one, and between whom it is.
  private static final int FINAL = 1;
  private static final int FIRM = 2;
  private static final int RUNNING = 3;

  private final StepHeap[] lanes;
  private final int leaves;
  private final int firstRunning;

  // A tournament of the lanes: places 1.. are its matches, the final first; those of match m are 2m
  // and 2m + 1, the last ones the lanes themselves. Each place has who is first there, and when.
  private final int[] winners;
  private final long[] times;
  private final long[] topSequences;
  private long now;
  private long sequence;
  private long stepsRun;

  /** A queue for nodes 0..nodes-1. */
  public EventQueue(int nodes) {
    firstRunning = nodes == 1 ? 1 : Integer.highestOneBit(nodes - 1) << 1;
    leaves = 2 * firstRunning;
    lanes = new StepHeap[leaves];
    topSequences = new long[leaves];
    winners = new int[2 * leaves];
    times = new long[2 * leaves];
    Arrays.fill(times, NEVER);
    for (int i = 0; i < leaves; i++) {
      lanes[i] = new StepHeap();
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
    if (time < times[leaves + lane]) {
      topSequences[lane] = number;
      challenge(lane, time);
    }
  }

  /**
   * Plays the matches of a lane whose first step has become an earlier one, up to the first that it
   * loses: it has the largest number, so it wins by its time alone.
   */
  private void challenge(int lane, long time) {
    int place = leaves + lane;
    do {
      winners[place] = lane;
      times[place] = time;
      place >>>= 1;
    } while (place > 0 && time < times[place]);
  }

  /**
   * Plays the matches on the way from a lane, whose first step has become a later one, to the root.
   * Whom it meets on the way is known at once, so nothing is waited for but who wins.
   */
  private void replay(int lane, long topTime) {
    int winner = lane;
    long time = topTime;
    int place = leaves + lane;
    times[place] = time;
    while (place > 1) {
      int rival = winners[place ^ 1];
      long rivalTime = times[place ^ 1];
      // Who is first is a toss-up that no processor predicts: this makes conditional moves.
      boolean loses = rivalTime < time;
      if (rivalTime == time) {
        loses = topSequences[rival] < topSequences[winner];
      }
      winner = loses ? rival : winner;
      time = Math.min(time, rivalTime);
      place >>>= 1;
      winners[place] = winner;
      times[place] = time;
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
    long firm = times[leaves + node];
    long others = later(times[FIRM], firmReachNanos);
    long running = later(times[RUNNING], runningReachNanos);
    return Math.min(firm, Math.min(others, running));
  }

  private static long later(long time, long delay) {
    return time >= NEVER - delay ? NEVER : time + delay;
  }

  /** Time of the next step, or {@link #NEVER}. */
  public long nextNanos() {
    return times[FINAL];
  }

  /** Runs the next step; false where there is none. */
  public boolean runNext() {
    if (times[FINAL] == NEVER) {
      return false;
    }
    now = times[FINAL];
    int lane = winners[FINAL];
    StepHeap heap = lanes[lane];
    Step step = heap.pop();
    topSequences[lane] = heap.topSequence();
    replay(lane, heap.topTime());
    stepsRun++;
    step.run();
    return true;
  }
}
