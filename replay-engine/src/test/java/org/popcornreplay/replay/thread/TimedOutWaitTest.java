package org.popcornreplay.replay.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TimedOutWaitTest {
  @Test
  void lastsAsLongAsItWasAskedForAndNotAsABusyRecorderTook() {
    assertEquals(2_987_686, ProgramBehaviour.overdue(44_059_054, 2_987_686));
    assertEquals(3_297_655, ProgramBehaviour.overdue(3_297_655, -1));
    assertEquals(0, ProgramBehaviour.overdue(10_000, 0));
  }
}
