package org.popcornreplay.protocol.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scenarios that take minutes: {@code mvn -Pexplore -pl protocol-model test}. */
@EnabledIfSystemProperty(named = "explore.deep", matches = "true")
final class DeepExplorerTest {
  private static final int LIMIT = 20_000_000;

  @ParameterizedTest
  @MethodSource
  void noDeadlockAndNoLivelock(Scenario scenario) {
    Exploration found = new Explorer(scenario, LIMIT).explore();
    System.out.println(found.figures());
    assertEquals(List.of(), found.findings(), scenario.title());
    assertTrue(found.complete(), scenario.title());
  }

  static List<Scenario> noDeadlockAndNoLivelock() {
    return List.of(
        new Scenario("three remotes, three accesses each", 4, 1)
            .owners(0, 0)
            .warm(1, 2, 3)
            .thread(1, "W0 R0 W0")
            .thread(2, "W0 R0 W0")
            .thread(3, "W0 R0 W0"),
        new Scenario("two threads on each of two remotes", 3, 1)
            .owners(0, 0, 1, 2)
            .thread(1, "R0 W0")
            .thread(1, "R0 W0")
            .thread(2, "R0 W0")
            .thread(2, "R0 W0"),
        new Scenario("three remotes and the origin", 4, 1)
            .owners(0, 0, 1, 2, 3)
            .thread(0, "W0 R0")
            .thread(1, "W0 R0")
            .thread(2, "W0 R0")
            .thread(3, "W0 R0"),
        new Scenario("three remotes and the origin, two pages", 4, 2)
            .owners(0, 0, 1, 2, 3)
            .owners(1, 0)
            .warm(1, 2, 3)
            .thread(0, "W0")
            .thread(1, "W0 W1")
            .thread(2, "W0 W1")
            .thread(3, "W0 W1"),
        new Scenario("two pages, two remotes and the origin, three accesses each", 3, 2)
            .owners(0, 0, 1, 2)
            .owners(1, 0, 1, 2)
            .thread(0, "W0 R1 W1")
            .thread(1, "W1 W0 R1")
            .thread(2, "W1 W0 R1"));
  }
}
