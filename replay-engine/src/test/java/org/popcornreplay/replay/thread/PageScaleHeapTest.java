package org.popcornreplay.replay.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PageScaleHeapTest {
  /** Heap recorded at 0x4000000..0x4003000, bss that ends at 0x59b000. */
  private final PageScale scale = new PageScale(4096, 0x4000000, 0x4003000, 0x4000000 - 0x59b000);

  @Test
  void theHeapLiesBehindTheBssAndReportsHaveTheRecordedAddress() {
    assertEquals(0x59b, scale.pageOf(0x4000008));
    assertEquals(0x59d, scale.page(0x4002, 0));
    assertEquals(0x4002, scale.recorded(0x59d));
    assertEquals(0x4000000, scale.address(0x59b));
  }

  @Test
  void allElseStaysWhereItWas() {
    assertEquals(0x4003, scale.pageOf(0x4003000));
    assertEquals(0x59a, scale.recorded(0x59a));
    assertEquals(-1, scale.recorded(-1));
    assertEquals(0x59e, scale.recorded(0x59e));
  }
}
