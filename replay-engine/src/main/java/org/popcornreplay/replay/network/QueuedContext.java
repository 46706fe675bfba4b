package org.popcornreplay.replay.network;

import java.util.ArrayDeque;

/** A kernel thread that takes items one by one, in the order in which they come. */
public abstract class QueuedContext<T> extends KernelContext {
  private final ArrayDeque<T> waiting = new ArrayDeque<>();
  private boolean draining;

  /** A context of a network's nodes. */
  protected QueuedContext(Network network) {
    super(network);
  }

  /** Begins with an item, which holds the context as long as it keeps it busy. */
  protected abstract void begin(T item);

  /** Begins with an item, now or when those before it have let the context go. */
  public final void take(T item) {
    if (draining || isHeld()) {
      waiting.add(item);
      return;
    }
    draining = true;
    begin(item);
    draining = false;
    free();
  }

  @Override
  protected final void free() {
    if (draining) {
      return;
    }
    draining = true;
    while (!isHeld() && !waiting.isEmpty()) {
      begin(waiting.poll());
    }
    draining = false;
  }
}
