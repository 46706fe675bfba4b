package org.popcornreplay.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** VMA, futex and exit vectors, migrations that fail, and the kernel's failures by name. */
final class ServerVectorTest extends Bench {
  private void at(long micros, World.Step step) {
    world.at(micros * 1000, step);
  }

  private static String[] ops(String text) {
    String[] lines = text.split(";", -1);
    for (int i = 0; i < lines.length; i++) {
      lines[i] =
          lines[i]
              .strip()
              .replace("VOQ", "VMA_OP_REQUEST")
              .replace("VOR", "VMA_OP_RESPONSE")
              .replace("FQ", "FUTEX_REQUEST")
              .replace("FR", "FUTEX_RESPONSE")
              .replace("XR", "TASK_EXIT_REMOTE")
              .replace("XO", "TASK_EXIT_ORIGIN");
      lines[i] = lines(lines[i])[0];
    }
    return lines;
  }

  @Test
  void tv06MigrationsThatFailSendNothing() {
    start(2);
    threads(0);
    migrate(0, 0, 0);
    at(1, () -> assertEquals("0 EBUSY", done.get(0)));
    migrate(2, 0, 40);
    at(3, () -> assertEquals("2 EINVAL", done.get(0)));
    migrate(4, 0, -1);
    at(5, () -> assertEquals("4 EINVAL", done.get(0)));
    migrate(6, 0, 7);
    at(7, () -> assertEquals("6 EAGAIN", done.get(0)));
    at(8, () -> popcorn.propose(0, 0, 32, this::ended));
    at(9, () -> assertEquals("8 EINVAL", done.get(0)));
    at(10, () -> popcorn.propose(0, -1, 1, this::ended));
    finish();
    assertEquals("10 ENOENT", done.get(0));
    assertEquals(List.of(), world.sent());
  }

  @Test
  void proposedTargetIsTakenOnce() {
    start(2);
    threads(0);
    at(0, () -> popcorn.propose(0, 0, 1, this::ended));
    migrate(1, 0, -1);
    finish();
    assertEquals(1, popcorn.nodeOf(0));
  }

  @Test
  void remoteToRemoteMigrationIsRejected() {
    start(3);
    threads(0, 1);
    migrate(0, 1, 2);
    world.run();
    assertEquals("0 BUG", done.get(1));
    assertTrue(popcorn.failure().startsWith("K21"));
  }

  @Test
  void tv25TextNeedsNoPageRequest() {
    start(2);
    threads(0, 1);
    popcorn.createRegion(9000, 2, RegionKind.FILE_PRIVATE, Vma.READ | Vma.EXEC, 2);
    at(0, () -> popcorn.access(1, 9000, false, AccessMode.FETCH, this::ended));
    at(1000, () -> popcorn.access(1, 9001, false, AccessMode.FETCH, this::ended));
    finish();
    expectSent(lines("0: 1>0 VQ; 50: 0>1 VR"));
    assertEquals(List.of("1 R 16384", "1 R 16384"), traces);
  }

  @Test
  void tv26RemoteWriteOfAFilePageCopiesItFirst() {
    start(2);
    threads(0, 1);
    popcorn.createRegion(9000, 1, RegionKind.FILE_PRIVATE, RW, 2);
    popcorn.givenWarm(9000, 1);
    write(0, 1, 9000);
    at(500, () -> assertTrue(popcorn.isCowed(9000)));
    write(1000, 0, 9000);
    finish();
    expectSent(lines("0: 1>0 PQ; 50: 0>1 PR; 1000: 0>1 PQ; 1050: 1>0 PR"));
    assertArrayEquals(new int[] {0}, popcorn.owners(9000));
  }

  @Test
  void tv26PageThatTheOriginHasReadIsCopiedLate() {
    start(2);
    threads(0, 1);
    popcorn.createRegion(9000, 1, RegionKind.FILE_PRIVATE, RW, 2);
    popcorn.givenWarm(9000, 1);
    read(0, 0, 9000);
    write(1000, 1, 9000);
    at(1500, () -> assertFalse(popcorn.isCowed(9000)));
    read(2000, 0, 9000);
    write(3000, 0, 9000);
    finish();
    expectSent(
        lines(
            "1000: 1>0 PQ; 1050: 0>1 PR; 2000: 0>1 PQ; 2050: 1>0 PR; 3000: 0>1 IQ; 3050: 1>0 IR"));
    assertTrue(popcorn.isCowed(9000));
  }

  @Test
  void tv27MunmapAtARemoteTellsOneNodeAfterTheOther() {
    start(3);
    threads(0, 1, 2);
    popcorn.givenOwners(P, 0, 1, 2);
    at(0, () -> popcorn.munmap(1, P, 2, this::ended));
    finish();
    expectSent(ops("0: 1>0 VOQ; 50: 0>2 VOQ; 100: 2>0 VOR; 150: 0>1 VOR"));
    assertArrayEquals(new int[0], popcorn.owners(P));
    assertEquals(PteState.NONE, popcorn.pteState(P, 2));
  }

  @Test
  void tv28MunmapAtTheOrigin() {
    start(3);
    threads(0, 1, 2);
    at(0, () -> popcorn.munmap(0, P, 2, this::ended));
    finish();
    expectSent(ops("0: 0>1 VOQ; 50: 1>0 VOR; 100: 0>2 VOQ; 150: 2>0 VOR"));
  }

  @Test
  void tv29MmapAtARemoteNeedsNoFetch() {
    start(2);
    threads(0, 1);
    at(0, () -> popcorn.mmap(1, 9000, 1, RegionKind.ANON, RW, 5, this::ended));
    write(1000, 1, 9000);
    finish();
    expectSent(ops("0: 1>0 VOQ; 50: 0>1 VOR; 1000: 1>0 PQ; 1050: 0>1 PR"));
    assertEquals(4816, world.bytes());
  }

  @Test
  void tv30MprotectCostsAnUpgrade() {
    start(2);
    threads(0, 1);
    popcorn.givenOwners(P, 1);
    at(0, () -> popcorn.mprotect(1, P, 2, Vma.READ, this::ended));
    at(1000, () -> popcorn.mprotect(1, P, 2, RW, this::ended));
    write(2000, 1, P);
    finish();
    assertEquals(1348, world.bytes());
    assertEquals(PteState.WRITE, popcorn.pteState(P, 1));
  }

  @Test
  void writeToAReadOnlyVmaKills() {
    start(2);
    threads(0, 1);
    popcorn.createRegion(9000, 1, RegionKind.ANON, Vma.READ, 2);
    popcorn.givenWarm(9000, 1);
    write(0, 1, 9000);
    finish();
    assertEquals("0 SIGSEGV", done.get(1));
  }

  @Test
  void tv31FutexWaitAtARemoteAndWakeAtTheOrigin() {
    start(2);
    threads(0, 1);
    popcorn.givenOwners(P, 0, 1);
    at(0, () -> popcorn.futexWait(1, P, 4, () -> true, Popcorn.NO_TIMEOUT, this::ended));
    write(1000, 0, P);
    at(2000, () -> popcorn.futexWake(0, P, 4, 1, (thread, woken) -> assertEquals(1, woken)));
    read(3000, 1, P);
    finish();
    expectSent(
        ops("0: 1>0 FQ; 1000: 0>1 IQ; 1050: 1>0 IR; 2000: 0>1 FR; 3000: 1>0 PQ; 3050: 0>1 PR"));
    assertEquals(4328, world.bytes());
  }

  @Test
  void tv32FutexMismatchFetchesThePage() {
    start(2);
    threads(0, 1);
    popcorn.givenOwners(P, 1);
    at(0, () -> popcorn.futexWait(1, P, 4, () -> false, Popcorn.NO_TIMEOUT, this::ended));
    finish();
    assertEquals(4276, world.bytes());
    assertEquals("200 EAGAIN", done.get(1));
    assertArrayEquals(new int[] {0, 1}, popcorn.owners(P));
  }

  @Test
  void futexTimesOut() {
    start(2);
    threads(0);
    at(0, () -> popcorn.futexWait(0, P, 4, () -> true, 5_000, this::ended));
    finish();
    assertEquals("5 ETIMEDOUT", done.get(0));
  }

  @Test
  void tv33ExitsTellTheOriginAndThenTheRemotes() {
    start(2);
    threads(0, 1);
    at(0, () -> popcorn.exit(1, this::ended));
    at(1000, () -> popcorn.exit(0, this::ended));
    finish();
    expectSent(ops("0: 1>0 XR; 1000: 0>1 XO"));
    assertTrue(popcorn.hasEnded(1));
  }

  @Test
  void exitFetchesThePageOfTheThreadId() {
    start(2);
    threads(0);
    popcorn.createThread(1, P, 4);
    popcorn.givenOwners(P, 1);
    popcorn.givenThreadAt(1, 1);
    at(0, () -> popcorn.futexWait(0, P, 4, () -> true, Popcorn.NO_TIMEOUT, this::ended));
    at(1000, () -> popcorn.exit(1, this::ended));
    finish();
    expectSent(ops("0: 0>1 PQ; 50: 1>0 PR; 1000: 1>0 XR; 1050: 0>1 IQ; 1100: 1>0 IR"));
    assertEquals("1150", done.get(0));
  }

  @Test
  void exitGroupAtTheOriginWaitsForThreadsThatAreAway() {
    start(2);
    threads(0, 1);
    at(0, () -> popcorn.exitGroup(0, this::ended));
    at(500, () -> assertFalse(done.containsKey(0)));
    at(1000, () -> popcorn.exit(1, this::ended));
    finish();
    expectSent(ops("1000: 1>0 XR; 1050: 0>1 XO"));
    assertEquals("1050", done.get(0));
  }

  @Test
  void exitGroupAtARemoteEndsItsThreadsOnly() {
    start(3);
    threads(0, 1, 1, 2);
    at(0, () -> popcorn.exitGroup(1, this::ended));
    finish();
    expectSent(ops("0: 1>0 XR; 0: 1>0 XR"));
    assertEquals(2, popcorn.nodeOf(3));
  }

  @Test
  void tv36ReleaseOfASharedPage() {
    start(2);
    threads(0, 1);
    popcorn.givenOwners(P, 0, 1);
    at(0, () -> popcorn.madvise(1, P, 1, Advice.RELEASE, this::ended));
    finish();
    expectSent(ops("0: 1>0 VOQ; 50: 0>1 VOR"));
    assertArrayEquals(new int[] {0}, popcorn.owners(P));
    assertEquals(PteState.READ, popcorn.pteState(P, 0));
    assertEquals(PteState.INVALID, popcorn.pteState(P, 1));
  }

  @Test
  void tv37BrkAtARemoteHangs() {
    start(2);
    threads(0, 1);
    at(0, () -> popcorn.brk(1, P, 3, this::ended));
    world.run();
    assertEquals("0 HANG", done.get(1));
    assertEquals(List.of(), world.sent());
    assertTrue(popcorn.failure().startsWith("K6"));
  }

  @Test
  void tv37BrkAtARemoteWorksIn44() {
    start(2, "BRK", "4.4");
    threads(0, 1);
    popcorn.createRegion(9000, 1, RegionKind.HEAP, RW, 2);
    at(0, () -> popcorn.brk(1, 9000, 3, this::ended));
    finish();
    expectSent(ops("0: 1>0 VOQ; 50: 0>1 VOR"));
    assertTrue(popcorn.isMapped(9002, 0));
  }

  @Test
  void tv38StaleVmaEndsInSigbus() {
    start(2);
    threads(0, 1);
    popcorn.createRegion(9000, 2, RegionKind.HEAP, RW, 2);
    popcorn.givenWarm(9000, 1);
    at(0, () -> popcorn.brk(0, 9000, 1, this::ended));
    read(1000, 1, 9001);
    world.run();
    expectSent(lines("1000: 1>0 PQ; 1050: 0>1 PS"));
    assertEquals("1100 SIGBUS", done.get(1));
    assertTrue(popcorn.failure().startsWith("K5"));
  }

  @Test
  void sharedAnonymousMemoryCannotBeFetched() {
    start(2);
    threads(0, 1);
    popcorn.createRegion(9000, 1, RegionKind.SHARED_ANON, RW, 2);
    read(0, 1, 9000);
    finish();
    expectSent(lines("0: 1>0 VQ; 50: 0>1 VR"));
    assertEquals("100 SIGSEGV", done.get(1));
  }

  @Test
  void stackGrowthAtARemoteIsFatal() {
    start(2);
    threads(0, 1);
    popcorn.createRegion(9000, 2, RegionKind.STACK, RW, 2);
    write(0, 1, 8999);
    world.run();
    expectSent(lines("0: 1>0 VQ; 50: 0>1 VR; 100: 1>0 PQ; 150: 0>1 PS"));
    assertEquals("200 SIGBUS", done.get(1));
  }

  @Test
  void stackGrowthExpandsByOption() {
    start(2, "STACK_GROWTH", "expand");
    threads(0, 1);
    popcorn.createRegion(9000, 2, RegionKind.STACK, RW, 2);
    write(0, 1, 8999);
    finish();
    assertEquals("200", done.get(1));
  }

  @Test
  void kernelAccessGivesUpAfterTwoRetries() {
    start(4);
    threads(0, 1, 2);
    popcorn.givenOwners(P, 3);
    popcorn.givenWarm(P, 1);
    popcorn.givenWarm(P, 2);
    write(0, 1, P);
    at(10, () -> popcorn.access(2, P, true, AccessMode.KERNEL, this::ended));
    write(205, 0, P);
    finish();
    assertEquals("510 EFAULT", done.get(2));
  }

  @Test
  void forwardingSavesAHop() {
    start(3, "FORWARDING", "on");
    threads(0, 1, 2);
    popcorn.givenOwners(P, 1);
    popcorn.givenWarm(P, 2);
    write(0, 2, P);
    read(1000, 1, P);
    finish();
    expectSent(
        lines(
            "0: 2>0 PQ; 50: 0>1 PQ; 100: 1>2 PR; 100: 1>0 PS;"
                + " 1000: 1>0 PQ; 1050: 0>2 PQ; 1100: 2>1 PR; 1100: 2>0 PR"));
    assertEquals("150", done.get(2));
    assertArrayEquals(new int[] {0, 1, 2}, popcorn.owners(P));
  }

  @Test
  void waitStationsRunOut() {
    start(2, "WS_LIMIT", "1");
    threads(0, 1, 1);
    popcorn.givenWarm(P, 1);
    read(0, 1, P);
    read(1, 2, Q);
    world.run();
    assertEquals("1 BUG", done.get(2));
    assertTrue(popcorn.failure().startsWith("K14"));
  }
}
