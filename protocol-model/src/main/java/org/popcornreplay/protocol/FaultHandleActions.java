package org.popcornreplay.protocol;

/**
 * The action table of fh_action.c: what a handler does that finds a fault handle for its page. The
 * index is {@code at_remote*32 + REMOTE*16 + INVALIDATE*8 + WRITE*4 + incoming write*2 + incoming
 * remote*1}, the first three flags being those of the ongoing handling's node and handle.
 */
public final class FaultHandleActions {
  /** Cells of the table. */
  public static final int CELLS = 64;

  /** A cell's content. */
  public enum Action {
    /** X: cannot occur; a BUG with {@code CONFIG_POPCORN_CHECK_SANITY}. */
    IMPOSSIBLE,
    /** F: sleep until the leader has ended and share its result. */
    FOLLOW,
    /** WR: sleep until the ongoing handling has ended, then retry. */
    WAIT_RETRY,
    /** R: retry at once. */
    RETRY
  }

  private static final Action X = Action.IMPOSSIBLE;
  private static final Action F = Action.FOLLOW;
  private static final Action W = Action.WAIT_RETRY;
  private static final Action R = Action.RETRY;

  /** Columns: local read, remote read, local write, remote write. */
  private static final Action[] TABLE = {
    // At the origin.
    F, W, W, R, // local read under way
    F, R, F, R, // local write
    X, X, X, X, // local read, invalidation pending
    X, X, X, X, // local write, invalidation pending
    F, W, W, W, // remote read
    W, R, W, R, // remote write
    X, X, X, X, // remote read, invalidation pending
    X, X, X, X, // remote write, invalidation pending
    // At a remote.
    F, X, W, X, // local read under way
    F, W, F, W, // local write
    R, X, W, X, // local read, invalidation pending
    R, X, R, X, // local write, invalidation pending
    X, X, W, X, // remote read
    W, X, W, X, // remote write
    X, X, X, X, // remote read, invalidation pending
    X, X, X, X, // remote write, invalidation pending
  };

  private FaultHandleActions() {}

  /** The index of a cell. */
  public static int index(
      boolean atRemote,
      boolean ongoingRemote,
      boolean invalidationPending,
      boolean ongoingWrite,
      boolean incomingWrite,
      boolean incomingRemote) {
    return (atRemote ? 32 : 0)
        + (ongoingRemote ? 16 : 0)
        + (invalidationPending ? 8 : 0)
        + (ongoingWrite ? 4 : 0)
        + (incomingWrite ? 2 : 0)
        + (incomingRemote ? 1 : 0);
  }

  /** What a cell says. */
  public static Action action(int index) {
    return TABLE[index];
  }
}
