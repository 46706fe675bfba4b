package org.popcornreplay.protocol;

/** Why an access faulted. */
public enum FaultKind {
  /** A read of a page that the node may not read. */
  READ,
  /** A write to a page that the node may not read either. */
  WRITE,
  /** A write to a page that the node may read. */
  UPGRADE
}
