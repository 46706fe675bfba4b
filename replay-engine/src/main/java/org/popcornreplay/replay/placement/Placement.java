package org.popcornreplay.replay.placement;

/** Decides where threads run. Nodes count from 0; node 0 is the origin. */
public interface Placement {
  /** The name for people and for the store. */
  String name();

  /**
   * The node to which a thread migrates when it starts. It goes back to the origin before it exits.
   */
  int startNode(int thread);

  /**
   * The node for a migration of the program itself, or -1 where the program's migrations are
   * ignored.
   *
   * @param asked the node that the program named
   */
  default int migrationNode(int thread, int asked) {
    return -1;
  }

  /**
   * The next point from here on at which the placement moves a thread, in instructions of the
   * thread; {@link Long#MAX_VALUE} where there is none.
   */
  default long nextMove(int thread, long instructions) {
    return Long.MAX_VALUE;
  }

  /**
   * The node of a move.
   *
   * @param point what {@link #nextMove} said
   */
  default int moveNode(int thread, long point) {
    return 0;
  }

  /** Whether the program's own migrations are followed. */
  default boolean followsProgram() {
    return false;
  }
}
