package org.popcornreplay.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Defects of the kernel that need more than messages of a litmus file to be seen. */
final class KernelDefectTest extends Bench {
  private static final long SECOND_MICROS = 1_000_000;
  private static final long FILE = 9000;

  private void at(long micros, World.Step step) {
    world.at(micros * 1000, step);
  }

  @Test
  void k7DataOfARemoteLandsInThePageCache() {
    start(2);
    threads(0, 1);
    popcorn.createRegion(FILE, 1, RegionKind.FILE_PRIVATE, RW, 2);
    popcorn.givenWarm(FILE, 1);
    read(0, 0, FILE);
    write(1000, 1, FILE);
    at(1500, () -> assertEquals(List.of(), defects));
    read(2000, 0, FILE);
    finish();
    assertEquals(List.of("K7"), defects);
  }

  @Test
  void k7NeedsAPageThatTheOriginHasOnlyRead() {
    start(2);
    threads(0, 1);
    popcorn.createRegion(FILE, 1, RegionKind.FILE_PRIVATE, RW, 2);
    popcorn.givenWarm(FILE, 1);
    write(0, 1, FILE);
    read(1000, 0, FILE);
    finish();
    assertEquals(List.of(), defects);
  }

  @Test
  void k9AnOwnersErrorMakesAnOldFrameValid() {
    start(2);
    threads(0, 1);
    popcorn.givenOwners(P, 1);
    at(0, () -> popcorn.madvise(1, P, 1, Advice.DONTNEED, this::ended));
    read(0, 0, P);
    world.run();
    assertEquals(List.of("K16", "K9"), defects);
    assertEquals("100", done.get(0));
    assertFalse(popcorn.seesLatest(P));
  }

  private void unmapOften(int times, Object... options) {
    String[] names = new String[options.length];
    for (int i = 0; i < options.length; i++) {
      names[i] = options[i].toString();
    }
    start(2, names);
    threads(0, 1);
    for (int i = 0; i < times; i++) {
      at(1000L * i, () -> popcorn.mmap(0, FILE, 1, RegionKind.ANON, RW, 3, this::ended));
      at(1000L * i + 1, () -> popcorn.munmap(0, FILE, 1, this::ended));
    }
  }

  @Test
  void k11MunmapUsesUpTheReceiveBuffersOfRdma() {
    unmapOften(65, "TRANSPORT", "rdma");
    world.run();
    assertEquals(List.of("K11"), defects);
    assertTrue(popcorn.failure().contains("munmap has leaked all 64"), popcorn.failure());
    assertEquals("64000", done.get(0)); // the last mmap; the munmap behind it never ends
    assertTrue(popcorn.waits().contains("thread 0 at node 0 is in munmap"), "" + popcorn.waits());
  }

  @Test
  void k11NeedsSixtyFourRepliesAndRdma() {
    unmapOften(64, "TRANSPORT", "rdma");
    finish();
    assertEquals(List.of(), defects);
  }

  @Test
  void k11IsRepairedByItsOptionAndAbsentOverSockets() {
    unmapOften(80, "TRANSPORT", "rdma", "RDMA_CREDIT_LEAK", "off");
    finish();
    KernelDefectTest sockets = new KernelDefectTest();
    sockets.unmapOften(80);
    sockets.finish();
    assertEquals(List.of(), sockets.defects);
  }

  @Test
  void k17ARetryOnAPageNeverPopulatedLeaksAFrame() {
    start(4);
    threads(0, 1, 2);
    popcorn.givenOwners(P, 3);
    popcorn.givenWarm(P, 1);
    popcorn.givenWarm(P, 2);
    write(0, 1, P);
    write(10, 2, P);
    finish();
    assertEquals(0, popcorn.stat(1).framesLeaked());
    assertEquals(1, popcorn.stat(2).framesLeaked());
  }

  /** As TV-18, but the writer has been told to die when it asks again. */
  private void killWhileItBacksOff() {
    threads(0, 1, 1, 1);
    popcorn.givenOwners(P, 0);
    popcorn.givenWarm(P, 1);
    read(0, 1, P);
    write(10, 2, P);
    at(150, () -> popcorn.exitGroup(3, this::ended));
    at(190, () -> world.fillQueues(true));
  }

  @Test
  void k18WhoHasASignalPendingLosesItsMessageInAFullQueue() {
    start(2);
    killWhileItBacksOff();
    world.run();
    assertEquals(List.of("K18"), defects);
    assertNull(done.get(2));
    assertTrue(popcorn.waits().contains("node 1 waits at 1 stations"), "" + popcorn.waits());
  }

  @Test
  void k18IsRepairedByItsOption() {
    start(2, "LOSS", "off");
    killWhileItBacksOff();
    world.run();
    assertEquals(List.of(), defects);
    assertEquals("300", done.get(2));
  }

  private void waitUntil(String... options) {
    start(2, options);
    threads(0, 1);
    popcorn.givenOwners(P, 0, 1);
    // The clock says 100 s, the thread wants to wait for one more millisecond.
    at(
        0,
        () ->
            popcorn.futexWaitUntil(1, P, 4, () -> true, 1_000_000, 100_001_000_000L, this::ended));
    finish();
  }

  @Test
  void k20ARemoteTakesTheMomentOfAClockForADuration() {
    waitUntil();
    assertEquals(100 * SECOND_MICROS + 1100 + " ETIMEDOUT", done.get(1));
  }

  @Test
  void k20AbsoluteTimeoutsAreRepairedByTheirOption() {
    waitUntil("FUTEX_TIMEOUT", "absolute");
    assertEquals("1100 ETIMEDOUT", done.get(1));
  }

  @Test
  void theMomentOfAClockIsUnderstoodAtTheOrigin() {
    start(2);
    threads(0);
    at(0, () -> popcorn.futexWaitUntil(0, P, 4, () -> true, 5_000, 100_000_005_000L, this::ended));
    finish();
    assertEquals("5 ETIMEDOUT", done.get(0));
  }

  private void sleepFor(long seconds, String... options) {
    start(2, options);
    threads(0, 1);
    popcorn.givenOwners(P, 0, 1);
    at(0, () -> popcorn.futexWait(1, P, 4, () -> true, Popcorn.NO_TIMEOUT, this::ended));
    at(seconds * SECOND_MICROS - 100, () -> popcorn.futexWake(0, P, 4, 1, (t, woken) -> {}));
    world.run();
  }

  @Test
  void k20ARemoteFutexWaitOfMoreThan300SecondsCrashes() {
    sleepFor(301);
    assertEquals(List.of("K20"), defects);
    assertTrue(done.get(1).endsWith(" BUG"), done.get(1));
  }

  @Test
  void aRemoteFutexWaitOf300SecondsIsWell() {
    sleepFor(300);
    assertEquals(List.of(), defects);
    KernelDefectTest repaired = new KernelDefectTest();
    repaired.sleepFor(10_000, "FUTEX_LIMIT", "none");
    assertEquals(List.of(), repaired.defects);
  }

  @Test
  void k28APageIsRequestedOfAProcessThatJustDies() {
    start(3, "EXIT", "clean");
    world.costs(Cost.PAGE_REQUEST_SERVE, 30_000);
    threads(0, 2);
    popcorn.givenOwners(P, 1);
    popcorn.givenWarm(P, 2);
    read(0, 1, P); // node 0 asks node 1 at 80 us, which looks for the process from 130 to 160 us
    at(85, () -> popcorn.exitGroup(0, this::ended)); // node 1 hears of it at 135 us
    world.run();
    assertEquals(List.of("K28"), defects);
  }
}
