package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.thread.SyncCensus;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.generate.ThreadBuilder;
import org.popcornreplay.traces.generate.TraceBuilder;

/** Where threads really go, as the listener hears it. */
class PlacementTest {
  private static final int WORKERS = 6;

  @TempDir Path dir;
  private Path asking;
  private Path working;

  @BeforeEach
  void traces() throws IOException {
    asking = dir.resolve("asking");
    // Workers ask for node 1, 2, 1, 2, …
    try (TraceBuilder trace = TraceBuilder.create(asking, new Manifest())) {
      ThreadBuilder main = trace.mainThread();
      List<ThreadBuilder> workers = new ArrayList<>();
      for (int w = 0; w < WORKERS; w++) {
        workers.add(trace.spawn(main, "worker " + w));
      }
      for (int w = 0; w < WORKERS; w++) {
        workers.get(w).migrate(1 + w % 2).compute(1000).migrate(0).exit();
      }
      workers.forEach(main::join);
      trace.finish();
    }
    working = dir.resolve("working");
    try (TraceBuilder trace = TraceBuilder.create(working, new Manifest())) {
      long data = trace.region("data", 2);
      ThreadBuilder main = trace.mainThread();
      ThreadBuilder worker = trace.spawn(main, "worker");
      for (int i = 0; i < 100; i++) {
        worker.write(data).compute(10_000);
      }
      worker.exit();
      main.join(worker);
      trace.finish();
    }
  }

  /** The nodes to which each thread goes, in order. */
  private static Map<Integer, List<Integer>> ways(Path path, int nodes, String placement) {
    Map<Integer, List<Integer>> ways = new TreeMap<>();
    RunListener listener =
        new RunListener() {
          @Override
          public void interval(int thread, int node, String state, long start, long end) {
            if (state.equals("compute")) {
              List<Integer> way = ways.computeIfAbsent(thread, t -> new ArrayList<>());
              if (way.isEmpty() || way.get(way.size() - 1) != node) {
                way.add(node);
              }
            }
          }
        };
    RunRequest request =
        new RunRequest(
            nodes,
            placement,
            ProfileFile.load("dex-ib56"),
            Options.FAITHFUL,
            -1,
            false,
            TraceBuilder.PAGE_BYTES,
            1);
    try (TraceReader trace = TraceReader.open(path)) {
      Replay run = new Replay(trace, request, new SyncCensus(), listener).execute();
      assertNull(run.impasse());
    }
    return ways;
  }

  private static List<Integer> farthest(Map<Integer, List<Integer>> ways) {
    List<Integer> nodes = new ArrayList<>();
    for (int w = 1; w <= WORKERS; w++) {
      nodes.add(ways.get(w).stream().mapToInt(n -> n).max().orElse(0));
    }
    return nodes;
  }

  @Test
  void aProgramThatAsksForMoreNodesThanThereAreIsFolded() {
    assertEquals(List.of(1, 1, 1, 1, 1, 1), farthest(ways(asking, 2, "trace")));
    assertEquals(List.of(0, 0, 0, 0, 0, 0), farthest(ways(asking, 1, "trace")));
  }

  @Test
  void aProgramThatAsksForFewerNodesLeavesTheOthersIdle() {
    assertEquals(List.of(1, 2, 1, 2, 1, 2), farthest(ways(asking, 7, "trace")));
  }

  @Test
  void aProgramThatAsksForFewerNodesCanBeSpreadOverAll() {
    assertEquals(List.of(1, 2, 3, 4, 5, 6), farthest(ways(asking, 7, "trace:spread")));
    assertEquals(List.of(1, 2, 3, 4, 1, 2), farthest(ways(asking, 5, "trace:spread")));
    assertEquals(List.of(1, 2, 3, 2, 1, 2), farthest(ways(asking, 4, "trace:spread")));
    assertEquals(List.of(1, 2, 1, 2, 1, 2), farthest(ways(asking, 3, "trace:spread")));
    assertEquals(List.of(1, 1, 1, 1, 1, 1), farthest(ways(asking, 2, "trace:spread")));
  }

  @Test
  void aFileMovesAThreadDuringTheRunAndByWayOfTheOrigin() throws IOException {
    Path file = dir.resolve("place.yaml");
    Files.writeString(
        file,
        """
        threads: {worker: 1}
        moves:
        - {thread: worker, share: 0.25, node: 2}
        - {thread: worker, instructions: 500000, node: 0}
        - {thread: worker, share: 0.75, node: 3}
        """);
    List<Integer> way = ways(working, 4, "file:" + file).get(1);
    way.removeIf(node -> node == 0);
    assertEquals(List.of(1, 2, 3), way);
  }

  @Test
  void movesThatAThreadPassesInOneSliceAreOneMove() throws IOException {
    Path file = dir.resolve("place.yaml");
    Files.writeString(
        file,
        """
        threads: {worker: 1}
        moves:
        - {thread: worker, instructions: 500001, node: 2}
        - {thread: worker, instructions: 500002, node: 3}
        """);
    List<Integer> way = ways(working, 4, "file:" + file).get(1);
    way.removeIf(node -> node == 0);
    assertEquals(List.of(1, 3), way);
  }
}
