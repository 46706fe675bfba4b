package org.popcornreplay.replay.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.popcornreplay.replay.time.EventQueue;

class CoresTest {
  private final EventQueue queue = new EventQueue(1);
  private final Cores cores = new Cores(queue, 0, 1, 4_000_000, 1_500);
  private final List<String> grants = new ArrayList<>();

  private final class NamedUser extends CoreUser {
    private final String name;

    NamedUser(String name) {
      this.name = name;
    }

    @Override
    protected void granted() {
      grants.add(name + "@" + queue.nowNanos());
    }

    @Override
    protected void interrupted(long nanos) {}

    @Override
    protected boolean preempt() {
      return true;
    }
  }

  private void runAll() {
    while (queue.pendingSteps() > 0) {
      queue.runNext();
    }
  }

  @Test
  void aSwitchToAnotherThreadTakesItsTime() {
    NamedUser first = new NamedUser("first");
    NamedUser second = new NamedUser("second");
    cores.acquire(first);
    cores.release(first);
    cores.acquire(second);
    runAll();
    assertEquals(List.of("first@0", "second@1500"), grants);
  }

  @Test
  void aThreadThatGivesItsCoreUpAndTakesItAgainDuringTheSwitchGetsItOnce() {
    NamedUser first = new NamedUser("first");
    NamedUser second = new NamedUser("second");
    cores.acquire(first);
    cores.release(first);
    cores.acquire(second);
    cores.release(second);
    cores.acquire(second);
    runAll();
    assertEquals(List.of("first@0", "second@0"), grants);
  }

  @Test
  void whoStandsBehindAThreadGoesWhenItLeavesItsCore() {
    NamedUser first = new NamedUser("first");
    cores.acquire(first);
    cores.behind(first, 4_000_000, () -> grants.add("behind@" + queue.nowNanos()));
    queue.at(0, 700, () -> cores.release(first));
    runAll();
    assertEquals(List.of("first@0", "behind@700"), grants);
  }

  @Test
  void whoStandsBehindAThreadGoesAtTheTickAfterItsSlice() {
    NamedUser first = new NamedUser("first");
    queue.at(0, 1_000, () -> cores.acquire(first));
    queue.at(
        0,
        2_000,
        () -> cores.behind(first, 3_000_000, () -> grants.add("behind@" + queue.nowNanos())));
    runAll();
    assertEquals(List.of("first@1000", "behind@6000000"), grants);
  }

  @Test
  void whereACoreIsIdleNobodyStandsBehindAThread() {
    Cores two = new Cores(queue, 0, 2, 4_000_000, 1_500);
    NamedUser first = new NamedUser("first");
    two.acquire(first);
    two.behind(first, 4_000_000, () -> grants.add("behind@" + queue.nowNanos()));
    assertEquals(List.of("first@0", "behind@0"), grants);
  }
}
