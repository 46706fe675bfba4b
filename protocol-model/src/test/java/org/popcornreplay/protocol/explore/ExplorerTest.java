package org.popcornreplay.protocol.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.popcornreplay.protocol.explore.Exploration.Finding;
import org.popcornreplay.protocol.explore.Exploration.Kind;

/**
 * Every order of small scenarios. {@code -Dexplore.charts=true} prints the way to each finding; the
 * Maven profile {@code explore} goes further.
 */
final class ExplorerTest {
  private static final int LIMIT = 2_000_000;

  private static Exploration explore(Scenario scenario, int limit) {
    Exploration found = new Explorer(scenario, limit).explore();
    System.out.println(found.figures());
    for (Finding finding : found.findings()) {
      System.out.println("  " + finding.kind() + " " + finding.text());
      if (Boolean.getBoolean("explore.charts")) {
        System.out.println(scenario.litmus() + String.join("\n", finding.chart()));
      }
    }
    return found;
  }

  private static Set<String> failures(Exploration exploration) {
    TreeSet<String> texts = new TreeSet<>();
    for (Finding finding : exploration.findings()) {
      texts.add(finding.kind() + " " + finding.text());
    }
    return texts;
  }

  @Test
  void pageProtocolAloneHasNeitherDeadlockNorLivelock() {
    List<Exploration> explorations = new ArrayList<>();
    explorations.add(
        explore(
            new Scenario("two writers of an origin page", 2, 1)
                .owners(0, 0)
                .warm(1)
                .thread(0, "W0")
                .thread(1, "W0"),
            LIMIT));
    explorations.add(
        explore(
            new Scenario("three nodes, page shared by all, three accesses each", 3, 1)
                .owners(0, 0, 1, 2)
                .thread(0, "W0 R0 W0")
                .thread(1, "R0 W0 R0")
                .thread(2, "W0 R0 W0"),
            LIMIT));
    explorations.add(
        explore(
            new Scenario("two pages crosswise", 3, 2)
                .owners(0, 0, 1, 2)
                .owners(1, 2)
                .thread(0, "W0 R1")
                .thread(1, "W1 W0")
                .thread(2, "W0 W1"),
            LIMIT));
    explorations.add(
        explore(
            new Scenario("two pages of a VMA that no remote knows", 3, 2)
                .thread(0, "W0 R1")
                .thread(1, "R0 W1")
                .thread(2, "W0 R1"),
            LIMIT));
    explorations.add(
        explore(
            new Scenario("two threads on each of two nodes", 2, 1)
                .owners(0, 0, 1)
                .thread(0, "W0 R0")
                .thread(1, "R0 W0")
                .thread(1, "W0 R0")
                .thread(0, "R0 W0"),
            LIMIT));
    explorations.add(
        explore(
            new Scenario("four threads on three nodes", 3, 1)
                .owners(0, 0, 1, 2)
                .thread(0, "W0 R0")
                .thread(1, "R0 W0")
                .thread(1, "W0 R0")
                .thread(2, "R0 W0"),
            LIMIT));
    explorations.add(
        explore(
            new Scenario("three writers on three remotes", 4, 1)
                .owners(0, 0)
                .warm(1, 2, 3)
                .thread(1, "W0 R0")
                .thread(2, "W0 R0")
                .thread(3, "W0 R0"),
            LIMIT));
    explorations.add(
        explore(
            new Scenario("the variants FORWARDING and COALESCE_RR", 3, 1)
                .option("FORWARDING", "on")
                .option("COALESCE_RR", "on")
                .owners(0, 1)
                .warm(2)
                .thread(0, "R0 W0")
                .thread(1, "W0 R0")
                .thread(2, "R0 W0"),
            LIMIT));
    int states = 0;
    for (Exploration exploration : explorations) {
      states += exploration.states();
      assertEquals(List.of(), exploration.findings(), exploration.scenario().title());
      assertTrue(exploration.complete(), exploration.scenario().title());
    }
    System.out.println("together " + states + " states");
    assertTrue(states >= 1_000_000, () -> "too few states");
  }

  @Test
  void threadsComeAndGoWithoutDeadlock() {
    Exploration migrations =
        explore(
            new Scenario("migrations with writes between", 3, 1)
                .thread(0, "W0 M1 W0 M0 R0")
                .thread(0, "W0 M2 W0 M0 R0"),
            LIMIT);
    Exploration exits =
        explore(
            new Scenario("writes and exits", 3, 1)
                .owners(0, 0, 1, 2)
                .thread(0, "W0 exit")
                .thread(1, "W0 exit")
                .thread(2, "exit"),
            LIMIT);
    Exploration futexes =
        explore(
            new Scenario("futex waits and wakes", 3, 1)
                .owners(0, 1)
                .warm(2)
                .thread(0, "wake wake")
                .thread(1, "W0 wait")
                .thread(2, "wait W0"),
            LIMIT);
    assertEquals(new TreeSet<>(), failures(migrations));
    assertEquals(new TreeSet<>(), failures(exits));
    assertEquals(new TreeSet<>(), failures(futexes));
    assertTrue(migrations.complete() && exits.complete() && futexes.complete());
  }

  @Test
  void munmapRacesWithAccessesOfOtherNodes() {
    Exploration munmap =
        explore(
            new Scenario("munmap while others write", 3, 1)
                .owners(0, 0, 1, 2)
                .thread(0, "W0")
                .thread(1, "unmap")
                .thread(2, "W0"),
            LIMIT);
    assertEquals(
        new TreeSet<>(
            List.of(
                "KERNEL_FAILURE K5: page 1024: the origin answered SIGBUS; mmap_sem is released"
                    + " twice",
                "KERNEL_FAILURE node 2 can use page 1024, which the origin has unmapped",
                "KERNEL_FAILURE page 1024 to invalidate is not present at node 2")),
        failures(munmap));
  }

  @Test
  void releaseAndDontneedRaceWithAccesses() {
    Exploration release =
        explore(
            new Scenario("release while others access", 3, 1)
                .owners(0, 0, 1, 2)
                .thread(1, "release R0")
                .thread(1, "R0 W0")
                .thread(2, "W0"),
            LIMIT);
    Exploration dontneed =
        explore(
            new Scenario("dontneed while others write", 3, 1)
                .owners(0, 0, 1, 2)
                .thread(0, "W0")
                .thread(1, "dontneed R0")
                .thread(2, "W0"),
            LIMIT);
    assertTrue(
        failures(release).contains("KERNEL_FAILURE K13: node 1 reads page 1024 that it owns"));
    assertEquals(
        new TreeSet<>(List.of("KERNEL_FAILURE page 1024 to invalidate is not present at node 1")),
        failures(dontneed));
  }

  @Test
  void symmetryLeavesNoStateOut() {
    for (Scenario scenario : symmetric()) {
      Exploration reduced = new Explorer(scenario, LIMIT).explore();
      Exploration full =
          new Explorer(scenario, LIMIT, scenario.symmetries().subList(0, 1)).explore();
      assertTrue(reduced.symmetries() > 1, scenario.title());
      assertTrue(reduced.complete() && full.complete(), scenario.title());
      assertEquals(full.states(), reduced.renamedStates(), scenario.title());
      assertTrue(reduced.states() < full.states(), scenario.title());
      assertEquals(failures(full), failures(reduced), scenario.title());
    }
  }

  private static List<Scenario> symmetric() {
    return List.of(
        new Scenario("two remote writers", 3, 1)
            .owners(0, 0, 1, 2)
            .thread(1, "W0 R0")
            .thread(2, "W0 R0")
            .thread(0, "R0"),
        new Scenario("two threads of a node", 2, 1)
            .owners(0, 0)
            .warm(1)
            .thread(0, "W0")
            .thread(1, "R0 W0")
            .thread(1, "R0 W0"),
        new Scenario("two go to different nodes and end", 3, 1)
            .thread(0, "W0 M1 W0 exit")
            .thread(0, "W0 M2 W0 exit"),
        new Scenario("two sleep and one wakes", 3, 1)
            .owners(0, 0, 1, 2)
            .thread(0, "wake wake")
            .thread(1, "wait W0")
            .thread(2, "wait W0"),
        new Scenario("two release", 2, 1)
            .owners(0, 0, 1)
            .thread(1, "release R0")
            .thread(1, "release R0"));
  }

  @Test
  void onlyWhatIsAlikeIsRenamed() {
    assertEquals(1, new Scenario("a", 3, 1).thread(1, "W0").thread(2, "R0").symmetries().size());
    assertEquals(2, new Scenario("b", 3, 1).thread(1, "W0").thread(2, "W0").symmetries().size());
    assertEquals(
        1,
        new Scenario("c", 3, 1).owners(0, 1).thread(1, "W0").thread(2, "W0").symmetries().size());
    // munmap goes through the nodes in their order
    assertEquals(
        1, new Scenario("d", 3, 1).thread(1, "unmap").thread(2, "unmap").symmetries().size());
    assertEquals(
        6,
        new Scenario("e", 2, 1)
            .thread(1, "W0")
            .thread(1, "W0")
            .thread(1, "W0")
            .symmetries()
            .size());
  }

  @Test
  void findingsComeWithALitmusFileAndAChart() {
    Scenario scenario =
        new Scenario("release of a page that nobody else has", 2, 1)
            .owners(0, 1)
            .thread(1, "release R0");
    Finding lost = new Explorer(scenario, LIMIT).explore().findings().get(0);
    assertEquals(Kind.KERNEL_FAILURE, lost.kind());
    assertEquals(
        List.of(
            "node 0                              node 1",
            "                                    T0 begins madvise-release P",
            "                                      (1) -> 0 VMA_OP_REQUEST madvise",
            "(1) <- 1 VMA_OP_REQUEST madvise"),
        lost.chart().subList(0, 4));
    assertTrue(scenario.litmus().contains("  do T0 madvise-release P\n  do T0 read P[0]\nend"));
  }
}
