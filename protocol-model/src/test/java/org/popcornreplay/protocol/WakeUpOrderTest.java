package org.popcornreplay.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may take the processor of the thread that wakes it, and who goes on behind that thread. */
final class WakeUpOrderTest extends Bench {
  private void twoUpgrades(String... options) {
    start(3, options);
    threads(0, 1, 2);
    popcorn.givenOwners(P, 0, 1, 2);
    write(0, 1, P);
    write(10, 2, P);
    finish();
  }

  @Test
  void aThreadThatFollowsItsPeerWakesNobody() {
    start(2);
    threads(0, 1);
    popcorn.givenOwners(P, 1);
    world.at(0, () -> popcorn.futexWait(1, P, 4, () -> false, Popcorn.NO_TIMEOUT, this::ended));
    read(60, 0, P);
    finish();
    assertEquals(List.of(), world.wokenBehind(), "the peer leads, the thread follows");
  }

  @Test
  void aThreadThatLeadsWakesItsFollowingPeerBehindItself() {
    start(2);
    threads(0, 1);
    popcorn.givenOwners(P, 1);
    read(0, 0, P);
    world.at(0, () -> popcorn.futexWait(1, P, 4, () -> false, Popcorn.NO_TIMEOUT, this::ended));
    finish();
    assertEquals(List.of("0: ORIGIN_PEER at 0"), world.wokenBehind());
    actions(0, 0, 1);
  }

  @Test
  void anInvalidationThatWaitsForARetryIsWokenAtOnceWhereProgressIsGuaranteed() {
    twoUpgrades();
    assertEquals(List.of(), world.wokenBehind());
  }

  @Test
  void anInvalidationThatWaitsForARetryGoesFirstWithRacyOne() {
    twoUpgrades("PROGRESS", "RACY(1)");
    assertEquals(List.of(), world.wokenBehind());
  }

  @Test
  void anInvalidationThatWaitsForARetryGoesBehindTheThreadWithRacyZero() {
    twoUpgrades("PROGRESS", "RACY(0)");
    assertEquals(List.of("2: WORK_QUEUE at 2"), world.wokenBehind());
  }
}
