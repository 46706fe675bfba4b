package org.popcornreplay.traces;

/** Takes rows of visits; {@link TraceWriter#visit} is one. */
@FunctionalInterface
public interface VisitSink {
  /** A row; the columns of docs/trace-format.md in their order. */
  void visit(
      int thread,
      long start,
      int length,
      long page,
      int firstRead,
      int firstWrite,
      int reads,
      int writes,
      long readLines,
      long writeLines,
      long readIp,
      long writeIp,
      int flags);
}
