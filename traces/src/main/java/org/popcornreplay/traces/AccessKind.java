package org.popcornreplay.traces;

/** The kinds of memory access, as they stand in the column {@code kind} of accesses. */
public final class AccessKind {
  /** A load. */
  public static final int READ = 0;

  /** A store. */
  public static final int WRITE = 1;

  /** One instruction that loads and stores the same bytes without a lock. */
  public static final int UPDATE = 2;

  /** A locked read-modify-write, successful or not. */
  public static final int LOCKED_UPDATE = 3;

  private AccessKind() {}

  /** True where the access reads memory. */
  public static boolean reads(int kind) {
    return kind != WRITE;
  }

  /** True where the access writes memory (or asks for the right to). */
  public static boolean writes(int kind) {
    return kind != READ;
  }
}
