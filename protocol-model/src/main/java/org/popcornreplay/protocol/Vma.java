package org.popcornreplay.protocol;

/** One virtual memory area of one node: a range of pages with a kind and a protection. */
public final class Vma {
  /** {@code VM_READ}. */
  public static final int READ = 1;

  /** {@code VM_WRITE}. */
  public static final int WRITE = 2;

  /** {@code VM_EXEC}. */
  public static final int EXEC = 4;

  private final long start;
  private final long end;
  private final RegionKind kind;
  private final int protection;
  private final int object;

  /**
   * A VMA.
   *
   * @param start its first page number
   * @param end the page number after its last
   * @param protection {@link #READ}, {@link #WRITE}, {@link #EXEC}
   * @param object what is mapped: VMAs of different objects never merge
   */
  public Vma(long start, long end, RegionKind kind, int protection, int object) {
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException("vma: start=" + start + ", expected 0 <= start < " + end);
    }
    this.start = start;
    this.end = end;
    this.kind = kind;
    this.protection = protection;
    this.object = object;
  }

  /** Its first page number. */
  public long start() {
    return start;
  }

  /** The page number after its last. */
  public long end() {
    return end;
  }

  /** What backs it. */
  public RegionKind kind() {
    return kind;
  }

  /** The protection bits. */
  public int protection() {
    return protection;
  }

  /** What is mapped: VMAs of different objects never merge. */
  public int object() {
    return object;
  }

  /** Whether the page lies in it. */
  public boolean covers(long page) {
    return start <= page && page < end;
  }

  boolean isReadable() {
    return (protection & READ) != 0;
  }

  boolean isWritable() {
    return (protection & WRITE) != 0;
  }

  boolean isExecutable() {
    return (protection & EXEC) != 0;
  }

  boolean isFileBacked() {
    return kind.isFileBacked();
  }

  boolean isShared() {
    return kind.isShared();
  }

  boolean growsDown() {
    return kind == RegionKind.STACK;
  }

  Vma withRange(long newStart, long newEnd) {
    return new Vma(newStart, newEnd, kind, protection, object);
  }

  Vma withProtection(int newProtection) {
    return new Vma(start, end, kind, newProtection, object);
  }

  boolean mergesWith(Vma next) {
    return end == next.start
        && object == next.object
        && kind == next.kind
        && protection == next.protection;
  }

  @Override
  public String toString() {
    return Long.toHexString(start)
        + "-"
        + Long.toHexString(end)
        + " "
        + (isReadable() ? 'r' : '-')
        + (isWritable() ? 'w' : '-')
        + (isExecutable() ? 'x' : '-')
        + " "
        + kind;
  }
}
