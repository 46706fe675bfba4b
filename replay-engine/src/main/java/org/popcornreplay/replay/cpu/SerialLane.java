package org.popcornreplay.replay.cpu;

import java.util.ArrayDeque;
import org.popcornreplay.protocol.World.Step;

/**
 * Work that one kernel thread does, one item at a time in the order of arrival. An item holds the
 * lane while it computes and leaves it when it sleeps or ends.
 */
public final class SerialLane {
  private final ArrayDeque<Step> waiting = new ArrayDeque<>();
  private boolean busy;

  /** Runs an item at once, or after those before it. */
  public void submit(Step item) {
    if (busy) {
      waiting.add(item);
    } else {
      busy = true;
      item.run();
    }
  }

  /** The item that holds the lane sleeps or has ended: the next one runs. */
  public void leave() {
    Step next = waiting.poll();
    if (next == null) {
      busy = false;
    } else {
      next.run();
    }
  }

  /** How many items wait. */
  public int waiting() {
    return waiting.size();
  }
}
