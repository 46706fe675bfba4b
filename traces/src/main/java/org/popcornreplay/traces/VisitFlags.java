package org.popcornreplay.traces;

/** The bits of the column {@code flags} of visits and accesses. */
public final class VisitFlags {
  /** Made by the kernel in the system call at these instructions. Visits and accesses. */
  public static final int KERNEL = 1;

  /** The first write is a locked read-modify-write. Visits. */
  public static final int FIRST_WRITE_LOCKED = 2;

  /** The first read and the first write are one unlocked read-modify-write. Visits. */
  public static final int FIRST_UPDATE = 4;

  private VisitFlags() {}
}
