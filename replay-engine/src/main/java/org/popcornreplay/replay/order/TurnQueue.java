package org.popcornreplay.replay.order;

/** Operations that wait for others which the recording had before them. */
public interface TurnQueue {
  /** The number of the earliest recorded one that waits, or {@link Long#MAX_VALUE}. */
  long earliestWaiting();

  /** Lets an operation that waits go on before its turn. */
  void letGo(long sequence);
}
