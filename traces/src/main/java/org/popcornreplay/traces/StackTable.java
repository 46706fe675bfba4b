package org.popcornreplay.traces;

/** Call stacks of allocations: rows of one stack follow each other, depth rising from 0. */
public final class StackTable {
  private final int[] stack;
  private final int[] depth;
  private final long[] ip;

  StackTable(TableRows rows) {
    stack = rows.ints(0);
    depth = rows.ints(1);
    ip = rows.longs(2);
  }

  /** The number of rows. */
  public int size() {
    return stack.length;
  }

  /** The number of the stack. */
  public int stack(int row) {
    return stack[row];
  }

  /** 0 = where the allocator was called. */
  public int depth(int row) {
    return depth[row];
  }

  /** The code address. */
  public long ip(int row) {
    return ip[row];
  }
}
