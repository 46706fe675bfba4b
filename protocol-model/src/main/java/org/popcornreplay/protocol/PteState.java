package org.popcornreplay.protocol;

/** What a node's page-table entry says (popcorn-protocol §3.1), in rising order of right. */
public enum PteState {
  /** N: no entry. */
  NONE,
  /** I: the frame is kept, but not present. */
  INVALID,
  /** Z: the read-only zero page, only before sharing. */
  ZERO,
  /** R: valid, read-only. */
  READ,
  /** W: valid, writable. */
  WRITE;

  private static final PteState[] STATES = values();

  static PteState of(int code) {
    return STATES[code];
  }

  /** Whether an access hits. */
  public boolean allows(boolean write) {
    return this == WRITE || (!write && (this == READ || this == ZERO));
  }
}
