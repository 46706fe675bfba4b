package org.popcornreplay.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.popcornreplay.protocol.check.InvariantWatch;
import org.popcornreplay.protocol.check.Invariants;

/** A process on a few nodes under the unit-latency model, with its invariants checked. */
abstract class Bench {
  static final long P = 1024;
  static final long Q = 1025;
  static final int RW = Vma.READ | Vma.WRITE;

  final UnitWorld world = new UnitWorld();
  final List<String> traces = new ArrayList<>();
  final List<String> defects = new ArrayList<>();
  final TreeMap<Integer, String> done = new TreeMap<>();
  Popcorn popcorn;
  private InvariantWatch watch;

  void start(int nodes, String... options) {
    Options chosen = Options.FAITHFUL;
    for (int i = 0; i < options.length; i += 2) {
      chosen = chosen.with(options[i], options[i + 1]);
    }
    Observer observer =
        new Observer() {
          @Override
          public void pageFaultTrace(
              int node, int nid, int thread, long page, boolean write, int result) {
            traces.add(node + (write ? " W " : " R ") + result);
          }

          @Override
          public void kernelFails(int node, int thread, String code, int result, String state) {
            defects.add(code);
          }

          @Override
          public void messageSent(Message message) {
            watch.messageSent(message);
          }

          @Override
          public void messageHandled(Message message, int result) {
            watch.messageHandled(message, result);
          }

          @Override
          public void pageChanged(int node, long page) {
            watch.pageChanged(node, page);
          }

          @Override
          public void vmaOperationBegins(
              int thread, int node, String operation, long start, long pages) {
            watch.vmaOperationBegins(thread, node, operation, start, pages);
          }

          @Override
          public void vmaOperationEnds(
              int thread, int node, String operation, long start, long pages, int result) {
            watch.vmaOperationEnds(thread, node, operation, start, pages, result);
          }
        };
    popcorn = new PopcornCluster(nodes, 4096, world, chosen, observer);
    world.connect(popcorn);
    watch = new InvariantWatch(popcorn);
    Invariants invariants = new Invariants(popcorn);
    world.afterEachStep(
        () -> {
          invariants.check();
          watch.afterStep();
        });
    popcorn.createRegion(P, 2, RegionKind.ANON, RW, 1);
  }

  void threads(int... nodes) {
    for (int i = 0; i < nodes.length; i++) {
      popcorn.createThread(i, Popcorn.NO_PAGE, 0);
      if (nodes[i] > 0) {
        popcorn.givenThreadAt(i, nodes[i]);
      }
    }
  }

  void ended(int thread, int result) {
    done.put(thread, world.nowNanos() / 1000 + (result == 0 ? "" : " " + Outcome.name(result)));
  }

  void access(long micros, int thread, long page, boolean write) {
    world.at(
        micros * 1000, () -> popcorn.access(thread, page, write, AccessMode.USER, this::ended));
  }

  void read(long micros, int thread, long page) {
    access(micros, thread, page, false);
  }

  void write(long micros, int thread, long page) {
    access(micros, thread, page, true);
  }

  void migrate(long micros, int thread, int nid) {
    world.at(micros * 1000, () -> popcorn.migrate(thread, nid, this::ended));
  }

  void expectSent(String... expected) {
    assertEquals(Arrays.asList(expected), world.sent());
  }

  static String[] lines(String text) {
    String[] lines = text.split(";", -1);
    for (int i = 0; i < lines.length; i++) {
      lines[i] =
          lines[i]
              .strip()
              .replace("PQ", "REMOTE_PAGE_REQUEST")
              .replace("PR", "REMOTE_PAGE_RESPONSE")
              .replace("PS", "REMOTE_PAGE_RESPONSE_SHORT")
              .replace("IQ", "PAGE_INVALIDATE_REQUEST")
              .replace("IR", "PAGE_INVALIDATE_RESPONSE")
              .replace("VQ", "VMA_INFO_REQUEST")
              .replace("VR", "VMA_INFO_RESPONSE");
    }
    return lines;
  }

  void actions(int node, int... indexAndCount) {
    long[] expected = new long[FaultHandleActions.CELLS];
    for (int i = 0; i < indexAndCount.length; i += 2) {
      expected[indexAndCount[i]] = indexAndCount[i + 1];
    }
    long[] found = new long[FaultHandleActions.CELLS];
    for (int i = 0; i < found.length; i++) {
      found[i] = popcorn.stat(node).action(i);
    }
    assertArrayEquals(expected, found);
  }

  void finish() {
    world.run();
    watch.atRest();
    assertNull(popcorn.failure());
  }
}
