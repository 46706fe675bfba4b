package org.popcornreplay.protocol;

/** Popcorn Linux on all its nodes, hosting one distributed process. */
public interface Popcorn {
  /** A message arrives: the receive thread of the link runs its handler. */
  void deliver(Message message);
}
