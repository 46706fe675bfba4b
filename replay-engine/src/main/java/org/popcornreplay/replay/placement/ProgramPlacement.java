package org.popcornreplay.replay.placement;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.ThreadCursor;

/**
 * The program's own migrate calls. Nodes that the run does not have are folded onto those it has:
 * remotes in turn, the origin stays the origin. Where the run has more nodes than the program asked
 * for, it either leaves them alone, as the kernel would, or spreads the program over them: threads
 * that ask for one node take it and its images in turn, node n having the images n + r, n + 2 r, …
 * for r remotes that the program asked for.
 */
public final class ProgramPlacement implements Placement {
  private final String name;
  private final int nodes;
  private final int askedRemotes;
  private final int[] turn;

  private ProgramPlacement(String name, int nodes, int askedRemotes, int... turn) {
    this.name = name;
    this.nodes = nodes;
    this.askedRemotes = askedRemotes;
    this.turn = turn;
  }

  /** Follows the program on so many nodes. */
  public static ProgramPlacement asked(int nodes) {
    return new ProgramPlacement("trace", nodes, nodes - 1);
  }

  /**
   * Follows the program and spreads it over nodes that it did not ask for.
   *
   * @param events the events of a thread
   */
  public static ProgramPlacement spread(int nodes, int threads, IntFunction<ThreadCursor> events) {
    int[] turn = new int[threads];
    int most = 0;
    Map<Integer, Integer> askers = new HashMap<>();
    for (int t = 0; t < threads; t++) {
      int first = 0;
      ThreadCursor cursor = events.apply(t);
      while (cursor.next()) {
        if (cursor.isEvent() && cursor.kind() == EventKind.MIGRATE && cursor.result() == 0) {
          int asked = (int) cursor.argument(0);
          most = Math.max(most, asked);
          first = first == 0 ? Math.max(0, asked) : first;
        }
      }
      turn[t] = first == 0 ? 0 : askers.merge(first, 1, Integer::sum) - 1;
    }
    return new ProgramPlacement("trace:spread", nodes, Math.max(1, most), turn);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int startNode(int thread) {
    return 0;
  }

  @Override
  public int migrationNode(int thread, int asked) {
    if (asked <= 0 || nodes == 1) {
      return 0;
    }
    int folded = 1 + (asked - 1) % (nodes - 1);
    if (thread >= turn.length || askedRemotes >= nodes - 1) {
      return folded;
    }
    int images = 1 + (nodes - 1 - folded) / askedRemotes;
    return folded + turn[thread] % images * askedRemotes;
  }

  @Override
  public boolean followsProgram() {
    return true;
  }
}
