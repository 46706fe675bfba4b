package org.popcornreplay.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** mmap_sem: who gets it, in which order, and who is kept out. */
final class MmapSemTest {
  private final UnitWorld world = new UnitWorld();
  private final PopcornCluster cluster =
      new PopcornCluster(1, 4096, world, Options.FAITHFUL, Observer.NONE);
  private final MmapSem sem = new MmapSem();
  private final List<String> woken = new ArrayList<>();

  private Activity sleeper(String name) {
    return new Activity(cluster, World.Runner.THREAD, 0, 0) {
      @Override
      void resume() {
        woken.add(name);
      }
    };
  }

  @Test
  void sleepingWriterKeepsReadersOut() {
    assertTrue(sem.downReadTrylock());
    assertFalse(sem.downWrite(sleeper("writer")));
    assertFalse(sem.downReadTrylock());
    assertFalse(sem.downRead(sleeper("reader")));
    sem.upRead();
    world.run();
    assertEquals(List.of("writer"), woken);
    sem.upWrite();
    world.run();
    assertEquals(List.of("writer", "reader"), woken);
  }

  @Test
  void spinningWriterKeepsNobodyOut() {
    assertTrue(sem.downReadTrylock());
    assertFalse(sem.downWriteSpin(sleeper("spinner")));
    assertTrue(sem.downReadTrylock());
    sem.upRead();
    world.run();
    assertEquals(List.of(), woken);
    sem.upRead();
    world.run();
    assertEquals(List.of("spinner"), woken);
  }

  @Test
  void readersInARowComeInTogether() {
    Activity writer = sleeper("first");
    assertTrue(sem.downWrite(writer));
    assertFalse(sem.downRead(sleeper("a")));
    assertFalse(sem.downRead(sleeper("b")));
    assertFalse(sem.downWrite(sleeper("w")));
    assertFalse(sem.downRead(sleeper("c")));
    sem.upWrite();
    world.run();
    assertEquals(List.of("a", "b"), woken);
    assertEquals(2, sem.readers());
  }

  @Test
  void downgradedWriterLetsReadersIn() {
    Activity writer = sleeper("writer");
    assertTrue(sem.downWriteSpin(writer));
    assertFalse(sem.downReadTrylock());
    sem.downgradeWrite();
    assertTrue(sem.downReadTrylock());
  }
}
