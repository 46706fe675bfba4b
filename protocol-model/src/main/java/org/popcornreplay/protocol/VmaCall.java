package org.popcornreplay.protocol;

/**
 * What a system call of the VMA server is asked to do, the same at the caller, in the message and
 * at the node that executes it.
 *
 * @param operation which one
 * @param start first page
 * @param pages how many; for mremap the old number
 * @param newStart mremap only: the first page afterwards
 * @param newPages mremap only: the number afterwards
 * @param protection mmap and mprotect only
 * @param kind mmap only
 * @param object mmap only
 * @param advice madvise only
 */
public record VmaCall(
    Operation operation,
    long start,
    long pages,
    long newStart,
    long newPages,
    int protection,
    RegionKind kind,
    int object,
    Advice advice) {

  /** The operations of vma_server.c. */
  public enum Operation {
    MMAP("mmap"),
    MUNMAP("munmap"),
    MPROTECT("mprotect"),
    MREMAP("mremap"),
    BRK("brk"),
    MADVISE("madvise");

    private final String label;

    Operation(String label) {
      this.label = label;
    }

    /** The system call's name. */
    public String label() {
      return label;
    }
  }

  static VmaCall mmap(long start, long pages, RegionKind kind, int protection, int object) {
    return new VmaCall(
        Operation.MMAP, start, pages, start, pages, protection, kind, object, Advice.OTHER);
  }

  static VmaCall munmap(long start, long pages) {
    return plain(Operation.MUNMAP, start, pages);
  }

  static VmaCall mprotect(long start, long pages, int protection) {
    return new VmaCall(
        Operation.MPROTECT,
        start,
        pages,
        start,
        pages,
        protection,
        RegionKind.ANON,
        0,
        Advice.OTHER);
  }

  static VmaCall mremap(long start, long pages, long newStart, long newPages) {
    return new VmaCall(
        Operation.MREMAP, start, pages, newStart, newPages, 0, RegionKind.ANON, 0, Advice.OTHER);
  }

  static VmaCall brk(long start, long pages) {
    return plain(Operation.BRK, start, pages);
  }

  static VmaCall madvise(long start, long pages, Advice advice) {
    return new VmaCall(
        Operation.MADVISE, start, pages, start, pages, 0, RegionKind.ANON, 0, advice);
  }

  private static VmaCall plain(Operation operation, long start, long pages) {
    return new VmaCall(operation, start, pages, start, pages, 0, RegionKind.ANON, 0, Advice.OTHER);
  }

  void digest(Digest digest) {
    digest.add(operation.label().hashCode()).add(start).add(pages).add(newStart).add(newPages);
    digest.add(protection).add(advice.name().hashCode());
  }
}
