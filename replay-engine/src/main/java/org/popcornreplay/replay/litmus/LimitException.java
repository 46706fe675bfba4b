package org.popcornreplay.replay.litmus;

/** A run that is too long to be one of a litmus file. */
final class LimitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LimitException(String message) {
    super(message);
  }
}
