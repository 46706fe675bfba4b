package org.popcornreplay.protocol;

/** A part of the state: every message and every step that the protocol gives to a world is one. */
public interface Digestible {
  /** Folds all that decides how this part goes on. */
  void digest(Digest digest);
}
