package org.popcornreplay.protocol;

/** Folds numbers into 64 bits: equal states give equal digests, others almost surely not. */
public final class Digest {
  private final Renaming names;
  private long state = 0x243F6A8885A308D3L;

  /** A digest of nothing; nodes and threads go in by their new names. */
  public Digest(Renaming names) {
    this.names = names;
  }

  /** The names under which nodes and threads go in. */
  public Renaming names() {
    return names;
  }

  /** Folds a node in; a negative number stands for none. */
  public Digest addNode(int node) {
    return add(names.node(node));
  }

  /** Folds a thread in; a negative number stands for none. */
  public Digest addThread(int thread) {
    return add(names.thread(thread));
  }

  /** Folds one number in; the order matters. */
  public Digest add(long value) {
    long mixed = (state ^ value) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
    state = mixed ^ (mixed >>> 29);
    return this;
  }

  /** Folds a truth value in. */
  public Digest add(boolean value) {
    return add(value ? 1 : 2);
  }

  /** The digest so far. */
  public long value() {
    return state;
  }
}
