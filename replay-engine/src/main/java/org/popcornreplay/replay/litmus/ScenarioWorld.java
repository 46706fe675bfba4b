package org.popcornreplay.replay.litmus;

import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.World;

/** The world of a litmus file: it carries the messages, and the file's own moments come in it. */
interface ScenarioWorld extends World {
  /** Events in one run; a livelock would go on for ever. */
  long MOST_EVENTS = 40_000_000;

  /** Where random choices begin: a file gives the same run each time. */
  long SEED = 1;

  /** Names the receiver of all messages. */
  void connect(Popcorn cluster);

  /** Runs {@code step} after a delay, behind everything that falls on the same instant so far. */
  void after(long delayNanos, Step step);

  /** Runs {@code step} after the thread has computed for so long on a core of its node. */
  void compute(int node, int thread, long nanos, Step step);

  /**
   * Runs until nothing is left to happen.
   *
   * @throws LimitException where that takes too long
   */
  void runToRest();
}
