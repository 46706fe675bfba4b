package org.popcornreplay.dist.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

class StatTextTest {
  @Test
  void theActionsOfEachNodeAreReadAndItsMessagesAreNot() {
    String text =
        """
        node 0
               12            34  Total network I/O
                3             1  remote page
         0  0             16  0             32  0             48  0
         7  35            23  2             39  0             55  0
        node 1
        14  0             30  0             46  87            62  0
        """;
    KernelCounts actions = new KernelCounts();
    actions.beginRun();
    StatText.addActions(text, actions);
    actions.endRuns();
    assertEquals(Set.of("0 7", "0 23", "1 46"), actions.keys());
    assertEquals(35, actions.median("0 7"));
    assertEquals(87, actions.median("1 46"));
  }
}
