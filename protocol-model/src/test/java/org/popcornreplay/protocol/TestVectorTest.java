package org.popcornreplay.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The vectors of popcorn-protocol §11.2 with their times, counters, weights and traces. */
final class TestVectorTest extends Bench {
  @Test
  void tv01EachNodeTellsEachOtherItsArchitecture() {
    start(3);
    popcorn.boot();
    finish();
    assertEquals(6, world.sent().size());
    assertEquals(132, world.bytes());
    assertEquals(List.of("0: 1>0 NODE_INFO", "0: 1>2 NODE_INFO"), world.sent().subList(2, 4));
  }

  @Test
  void tv02FirstMigrationMakesAWorker() {
    start(2);
    threads(0);
    migrate(0, 0, 1);
    finish();
    expectSent("0: 0>1 TASK_MIGRATE", "50: 1>0 TASK_PAIRING");
    assertEquals("50", done.get(0));
    assertEquals(true, popcorn.hasWorker(1));
  }

  @Test
  void tv04RoundTripAndAgain() {
    start(2);
    threads(0);
    migrate(0, 0, 1);
    migrate(1000, 0, 0);
    migrate(2000, 0, 1);
    finish();
    assertEquals(3842, world.bytes());
    assertEquals(5, world.sent().size());
  }

  @Test
  void tv07ColdRemoteReadOfADirtyOriginPage() {
    start(2);
    threads(0);
    write(0, 0, P);
    migrate(1, 0, 1);
    read(1000, 0, P);
    finish();
    assertEquals(6276, world.bytes());
    assertArrayEquals(new int[] {0, 1}, popcorn.owners(P));
    assertEquals(List.of("0 R 0", "1 R 0"), traces);
  }

  @Test
  void tv09FirstTouchReadThenWrite() {
    start(2);
    threads(0, 1);
    popcorn.givenWarm(P, 1);
    read(0, 1, P);
    write(1000, 1, P);
    finish();
    assertEquals(4280, world.bytes());
    assertEquals(List.of("0 R 0", "1 R 0", "0 W 16384", "1 W 0"), traces);
    assertEquals(PteState.INVALID, popcorn.pteState(P, 0));
    assertEquals(PteState.WRITE, popcorn.pteState(P, 1));
  }

  @Test
  void tv12OriginWritesASharedPage() {
    start(3);
    threads(0);
    popcorn.givenOwners(P, 0, 1, 2);
    write(0, 0, P);
    finish();
    expectSent(lines("0: 0>1 IQ; 0: 0>2 IQ; 50: 1>0 IR; 50: 2>0 IR"));
    assertEquals("100", done.get(0));
  }

  @Test
  void tv15RemoteWriteOfAPageSharedByOthers() {
    start(4);
    threads(0, 3);
    popcorn.givenOwners(P, 0, 1, 2);
    popcorn.givenWarm(P, 3);
    write(0, 1, P);
    finish();
    expectSent(lines("0: 3>0 PQ; 50: 0>1 IQ; 50: 0>2 IQ; 100: 1>0 IR; 100: 2>0 IR; 150: 0>3 PR"));
    assertEquals(4292, world.bytes());
  }

  @Test
  void tv17TwoReadersOfOneNode() {
    start(2);
    threads(0, 1, 1);
    popcorn.givenOwners(P, 0);
    popcorn.givenWarm(P, 1);
    read(0, 1, P);
    read(10, 2, P);
    finish();
    expectSent(lines("0: 1>0 PQ; 50: 0>1 PR"));
    assertEquals("{1=100, 2=100}", done.toString());
    actions(1, 32, 1);
  }

  @Test
  void tv18ReaderThenWriterOfOneNode() {
    start(2);
    threads(0, 1, 1);
    popcorn.givenOwners(P, 0);
    popcorn.givenWarm(P, 1);
    read(0, 1, P);
    write(10, 2, P);
    finish();
    expectSent(lines("0: 1>0 PQ; 50: 0>1 PR; 200: 1>0 PQ; 250: 0>1 PS"));
    assertEquals("{1=100, 2=300}", done.toString());
    actions(1, 34, 1);
    assertEquals(List.of("0 R 0", "1 R 0", "1 W 1024", "0 W 16384", "1 W 0"), traces);
    assertEquals(0, popcorn.backoffWeight(2));
  }

  @Test
  void tv19WriterThenReaderOfOneNode() {
    start(2);
    threads(0, 1, 1);
    popcorn.givenOwners(P, 0);
    popcorn.givenWarm(P, 1);
    write(0, 1, P);
    read(10, 2, P);
    finish();
    expectSent(lines("0: 1>0 PQ; 50: 0>1 PR"));
    assertEquals("{1=100, 2=100}", done.toString());
    actions(1, 36, 1);
  }

  @Test
  void tv20NineFollowersAndNoMore() {
    start(2);
    int[] places = new int[13];
    Arrays.fill(places, 1, 13, 1);
    threads(places);
    popcorn.givenOwners(P, 0);
    popcorn.givenWarm(P, 1);
    for (int i = 0; i < 12; i++) {
      read(i, i + 1, P);
    }
    finish();
    expectSent(lines("0: 1>0 PQ; 50: 0>1 PR"));
    assertEquals("100", done.get(10));
    assertEquals("200", done.get(11));
    assertEquals("200", done.get(12));
    actions(1, 32, 11);
    traces.remove("0 R 0");
    assertEquals(12, traces.stream().filter("1 R 0"::equals).count());
    assertEquals(2, traces.stream().filter("1 R 1024"::equals).count());
    assertEquals(14, traces.size());
  }

  @Test
  void tv21TwoRemoteWritersAndTheOriginAsOwner() {
    start(3);
    threads(0, 1, 2);
    popcorn.givenOwners(P, 0);
    popcorn.givenWarm(P, 1);
    popcorn.givenWarm(P, 2);
    write(0, 1, P);
    write(10, 2, P);
    finish();
    expectSent(lines("0: 1>0 PQ; 10: 2>0 PQ; 50: 0>1 PR; 60: 0>1 PQ; 110: 1>0 PR; 160: 0>2 PR"));
    assertEquals("{1=100, 2=210}", done.toString());
    assertEquals(12564, world.bytes());
  }

  @Test
  void tv22TwoRemoteWritersAndAThirdOwner() {
    start(4);
    threads(0, 1, 2);
    popcorn.givenOwners(P, 3);
    popcorn.givenWarm(P, 1);
    popcorn.givenWarm(P, 2);
    write(0, 1, P);
    write(10, 2, P);
    finish();
    expectSent(
        lines(
            "0: 1>0 PQ; 10: 2>0 PQ; 50: 0>3 PQ; 60: 0>2 PS; 100: 3>0 PR; 150: 0>1 PR;"
                + " 210: 2>0 PQ; 260: 0>1 PQ; 310: 1>0 PR; 360: 0>2 PR"));
    assertEquals("{1=200, 2=410}", done.toString());
    actions(0, 23, 1);
  }

  @Test
  void tv23TwoSimultaneousUpgrades() {
    start(3);
    threads(0, 1, 2);
    popcorn.givenOwners(P, 0, 1, 2);
    write(0, 1, P);
    write(10, 2, P);
    finish();
    expectSent(
        lines(
            "0: 1>0 PQ; 10: 2>0 PQ; 50: 0>2 IQ; 60: 0>2 PS; 110: 2>0 IR; 160: 0>1 PS;"
                + " 210: 2>0 PQ; 260: 0>1 PQ; 310: 1>0 PR; 360: 0>2 PR"));
    assertEquals("{1=210, 2=410}", done.toString());
    assertEquals(8612, world.bytes());
    actions(0, 23, 1);
  }

  @Test
  void tv35SimultaneousMissesOfOneVma() {
    start(2);
    threads(0, 1, 1);
    read(0, 1, P);
    read(0, 2, Q);
    finish();
    expectSent(
        lines(
            "0: 1>0 VQ; 0: 1>0 VQ; 50: 0>1 VR; 50: 0>1 VR; 100: 1>0 PQ; 150: 0>1 PR;"
                + " 200: 1>0 PQ; 250: 0>1 PR"));
    assertEquals("{1=200, 2=300}", done.toString());
    assertEquals(9568, world.bytes());
  }

  @Test
  void tv35SimultaneousMissesOfOnePage() {
    start(2);
    threads(0, 1, 1);
    read(0, 1, P);
    read(0, 2, P);
    finish();
    expectSent(lines("0: 1>0 VQ; 50: 0>1 VR; 100: 1>0 PQ; 150: 0>1 PR"));
    assertEquals("{1=200, 2=200}", done.toString());
  }

  @Test
  void tv39CountersOfBothNodes() {
    start(2);
    threads(0, 0);
    write(0, 0, P);
    migrate(1, 0, 1);
    read(1000, 0, P);
    write(2000, 1, P);
    finish();
    PopcornStat home = popcorn.stat(0);
    PopcornStat away = popcorn.stat(1);
    assertEquals(6200, home.bytesSent());
    assertEquals(128, home.bytesReceived());
    assertEquals(128, away.bytesSent());
    assertEquals(6200, away.bytesReceived());
    assertEquals(1, home.sent(MessageType.PAGE_INVALIDATE_REQUEST));
    assertEquals(1, home.received(MessageType.REMOTE_PAGE_REQUEST));
    assertEquals(1, away.received(MessageType.TASK_MIGRATE));
    assertEquals(1, away.sent(MessageType.PAGE_INVALIDATE_RESPONSE));
  }

  @Test
  void tv40CpuinfoAsksEachNodeInTurn() {
    start(3);
    popcorn.readCpuinfo(0, (thread, result) -> {});
    finish();
    expectSent(
        "0: 0>1 REMOTE_PROC_CPUINFO_REQUEST",
        "50: 1>0 REMOTE_PROC_CPUINFO_RESPONSE",
        "100: 0>2 REMOTE_PROC_CPUINFO_REQUEST",
        "150: 2>0 REMOTE_PROC_CPUINFO_RESPONSE");
    assertEquals(4 * 27682, world.bytes());
  }

  @Test
  void meminfoAsksEachNodeInTurn() {
    start(3);
    popcorn.readMeminfo(2, (thread, result) -> {});
    finish();
    expectSent(
        "0: 2>0 REMOTE_PROC_MEMINFO_REQUEST",
        "50: 0>2 REMOTE_PROC_MEMINFO_RESPONSE",
        "100: 2>1 REMOTE_PROC_MEMINFO_REQUEST",
        "150: 1>2 REMOTE_PROC_MEMINFO_RESPONSE");
    assertEquals(2 * (18 + 370), world.bytes());
  }

  @Test
  void popcornPsAsksForEachThreadThatIsAway() {
    start(3);
    threads(0, 2, 1, 2);
    popcorn.readProcesses(0, (thread, result) -> {});
    popcorn.readProcesses(1, (thread, result) -> {});
    finish();
    expectSent(
        "0: 0>2 REMOTE_PROC_PS_REQUEST",
        "50: 2>0 REMOTE_PROC_PS_RESPONSE",
        "100: 0>1 REMOTE_PROC_PS_REQUEST",
        "150: 1>0 REMOTE_PROC_PS_RESPONSE",
        "200: 0>2 REMOTE_PROC_PS_REQUEST",
        "250: 2>0 REMOTE_PROC_PS_RESPONSE");
    assertEquals(6 * 22, world.bytes());
  }

  @Test
  void tv34RdmaWritesThePageAndAnswersShort() {
    start(2, "TRANSPORT", "rdma");
    threads(0, 1);
    popcorn.givenWarm(P, 1);
    write(0, 1, P);
    finish();
    expectSent(lines("0: 1>0 PQ; 150: 0>1 PS"));
    assertEquals(92, world.bytes());
    assertEquals(4096, popcorn.stat(0).rdmaWritten());
  }

  /** As the real kernel: oracle "threxit", where a thread ends while its page is away. */
  @Test
  void aThreadThatEndsHasItsRobustListReadBeforeItsTidIsCleared() {
    start(2);
    popcorn.createThread(0, Popcorn.NO_PAGE, 0);
    popcorn.createThread(1, P, P << 12);
    popcorn.setRobustList(1, P);
    popcorn.givenOwners(P, 1);
    popcorn.exit(1, this::ended);
    finish();
    expectSent(lines("0: 0>1 PQ; 50: 1>0 PR; 100: 0>1 IQ; 150: 1>0 IR"));
  }
}
