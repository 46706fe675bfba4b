package org.popcornreplay.protocol.check;

/** A state that must not be. */
public final class InvariantViolation extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /** Says what does not hold. */
  public InvariantViolation(String message) {
    super(message);
  }
}
