package org.popcornreplay.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.popcornreplay.protocol.FaultHandleActions.Action;

/** The action table of fh_action.c, cell by cell. */
final class FaultHandleActionsTest {
  /** Rows of popcorn-protocol §3.2 with the columns LR RR LW RW. */
  private static final String[][] ROWS = {
    {"L-R", "F WR WR R", "F X WR X"},
    {"L-W", "F R F R", "F WR F WR"},
    {"LiR", "X X X X", "R X WR X"},
    {"LiW", "X X X X", "R X R X"},
    {"R-R", "F WR WR WR", "X X WR X"},
    {"R-W", "WR R WR R", "WR X WR X"},
    {"RiR", "X X X X", "X X X X"},
    {"RiW", "X X X X", "X X X X"},
  };

  private static final Map<String, Action> LETTERS =
      Map.of(
          "F", Action.FOLLOW,
          "WR", Action.WAIT_RETRY,
          "R", Action.RETRY,
          "X", Action.IMPOSSIBLE);

  @Test
  void everyCellIsThatOfTheSpecification() {
    for (String[] row : ROWS) {
      for (int place = 0; place < 2; place++) {
        String[] cells = row[place + 1].split(" ", -1);
        for (int column = 0; column < 4; column++) {
          int index =
              FaultHandleActions.index(
                  place == 1,
                  row[0].charAt(0) == 'R',
                  row[0].charAt(1) == 'i',
                  row[0].charAt(2) == 'W',
                  column >= 2,
                  column % 2 == 1);
          assertEquals(
              LETTERS.get(cells[column]),
              FaultHandleActions.action(index),
              row[0] + " column " + column + " index " + index);
        }
      }
    }
  }
}
