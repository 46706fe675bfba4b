package org.popcornreplay.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class VisitReductionTest {
  private final List<String> visits = new ArrayList<>();

  private void take(
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
      int flags) {
    visits.add(
        start
            + "+"
            + length
            + " page "
            + page
            + " r"
            + firstRead
            + "x"
            + reads
            + " w"
            + firstWrite
            + "x"
            + writes
            + " "
            + HexFormat.of().toHexDigits(readLines).replaceFirst("^0+(?=.)", "")
            + "/"
            + HexFormat.of().toHexDigits(writeLines).replaceFirst("^0+(?=.)", "")
            + " "
            + readIp
            + "/"
            + writeIp
            + " f"
            + flags);
  }

  private VisitReduction reduction(long slice) {
    return new VisitReduction(0, slice, this::take);
  }

  @Test
  void shouldKeepFirstAccessesCountsAndLines() {
    VisitReduction r = reduction(100);
    r.access(3, 4096 + 64, 8, AccessKind.READ, 11, 0);
    r.access(5, 4096, 4, AccessKind.WRITE, 12, 0);
    r.access(6, 4096 + 128, 4, AccessKind.WRITE, 13, 0);
    r.access(7, 4096 + 60, 8, AccessKind.READ, 14, 0);
    r.end(10);
    assertEquals(List.of("0+10 page 1 r3x2 w5x2 3/5 11/12 f0"), visits);
  }

  @Test
  void shouldSplitAnAccessThatCrossesAPage() {
    VisitReduction r = reduction(100);
    r.access(0, 8192 - 4, 8, AccessKind.WRITE, 1, 0);
    r.end(1);
    assertEquals(
        List.of(
            "0+1 page 1 r-1x0 w0x1 0/8000000000000000 0/1 f0", "0+1 page 2 r-1x0 w0x1 0/1 0/1 f0"),
        visits);
  }

  @Test
  void shouldCutSlicesAtTheirLengthAndAtEvents() {
    VisitReduction r = reduction(10);
    r.access(9, 4096, 1, AccessKind.READ, 0, 0);
    r.access(10, 4096, 1, AccessKind.READ, 0, 0);
    r.cut(15);
    r.access(15, 4096, 1, AccessKind.READ, 0, 0);
    r.access(47, 4096, 1, AccessKind.READ, 0, 0);
    r.end(48);
    assertEquals(
        List.of(
            "0+10 page 1 r9x1 w-1x0 1/0 0/0 f0",
            "10+5 page 1 r0x1 w-1x0 1/0 0/0 f0",
            "15+10 page 1 r0x1 w-1x0 1/0 0/0 f0",
            "45+3 page 1 r2x1 w-1x0 1/0 0/0 f0"),
        visits);
  }

  @Test
  void shouldMarkUpdatesAndKernelAccesses() {
    VisitReduction r = reduction(100);
    r.access(1, 4096, 8, AccessKind.UPDATE, 5, 0);
    r.access(2, 8192, 8, AccessKind.LOCKED_UPDATE, 6, 0);
    r.access(3, 12288, 8, AccessKind.READ, 7, 0);
    r.access(4, 12288, 8, AccessKind.UPDATE, 8, 0);
    r.cut(5);
    r.access(5, 4096, 8192, AccessKind.WRITE, 0, VisitFlags.KERNEL);
    r.end(6);
    assertEquals(
        List.of(
            "0+5 page 1 r1x1 w1x1 1/1 5/5 f4",
            "0+5 page 2 r2x1 w2x1 1/1 6/6 f2",
            "0+5 page 3 r3x2 w4x1 1/1 7/8 f0",
            "5+0 page 1 r-1x0 w0x1 0/ffffffffffffffff 0/0 f1",
            "5+0 page 2 r-1x0 w0x1 0/ffffffffffffffff 0/0 f1"),
        visits);
  }
}
