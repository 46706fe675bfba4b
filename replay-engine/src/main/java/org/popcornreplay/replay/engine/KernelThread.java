package org.popcornreplay.replay.engine;

import org.popcornreplay.protocol.World.Step;

/** A thread of the program as the world sees it while the kernel works on its behalf. */
public interface KernelThread {
  /** Runs {@code then} after the thread has worked for so long on its core of the node. */
  void work(int node, long nanos, Step then);

  /** The thread was asleep and goes on with {@code then} once it has a core of the node. */
  void wakeUp(int node, Step then);

  /**
   * Runs {@code then} once the thread leaves its core of the node, at the latest at the tick that
   * ends its slice; at once where it holds none or another one is idle.
   */
  void behind(int node, long tickNanos, Step then);

  /** The thread sleeps for so long, then goes on. */
  void sleep(int node, long nanos, Step then);
}
