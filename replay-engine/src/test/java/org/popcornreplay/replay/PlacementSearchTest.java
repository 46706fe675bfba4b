package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.replay.placement.Partition;
import org.popcornreplay.replay.placement.SharingGraph;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.generate.ThreadBuilder;
import org.popcornreplay.traces.generate.TraceBuilder;
import picocli.CommandLine;

class PlacementSearchTest {
  /** Workers that share a page; neither neighbours nor those of equal parity belong together. */
  private static final int[][] PAIRS = {{1, 4}, {2, 3}, {5, 8}, {6, 7}};

  @TempDir Path dir;

  private Path pairs(int rounds, int compute) throws IOException {
    Path path = dir.resolve("pairs-" + rounds + "-" + compute);
    try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
      long data = trace.region("data", PAIRS.length);
      ThreadBuilder main = trace.mainThread();
      List<ThreadBuilder> workers = new ArrayList<>();
      for (int w = 0; w < 2 * PAIRS.length; w++) {
        workers.add(trace.spawn(main, "worker"));
      }
      for (int round = 0; round < rounds; round++) {
        for (int p = 0; p < PAIRS.length; p++) {
          for (int member : PAIRS[p]) {
            workers
                .get(member - 1)
                .compute(compute)
                .update(data + (long) p * TraceBuilder.PAGE_BYTES + 64L * member);
          }
        }
      }
      for (ThreadBuilder worker : workers) {
        worker.exit();
        main.join(worker);
      }
      main.exit();
      trace.finish();
    }
    return path;
  }

  private static JsonNode replay(Path trace, String... more) throws IOException {
    StringWriter out = new StringWriter();
    CommandLine line = new CommandLine(new ReplayCommand());
    line.setOut(new PrintWriter(out, true));
    List<String> args = new ArrayList<>(List.of("--quiet", "--json", "--nodes", "4"));
    args.addAll(List.of(more));
    args.add(trace.toString());
    assertEquals(0, line.execute(args.toArray(String[]::new)));
    return new ObjectMapper().readTree(out.toString());
  }

  private static int node(JsonNode run, int thread) {
    for (JsonNode each : run.path("threads")) {
      if (each.path("thread").asInt() == thread) {
        return each.path("node").asInt();
      }
    }
    throw new AssertionError("no thread " + thread);
  }

  @Test
  void threadsThatShareAPageAreOnOneNodeWhereThatIsFastest() throws IOException {
    Path trace = pairs(200, 200_000);
    JsonNode auto = replay(trace, "--placement", "auto", "--cores", "2");
    for (int[] pair : PAIRS) {
      assertEquals(node(auto, pair[0]), node(auto, pair[1]), auto.path("threads").toString());
    }
    assertEquals("auto", auto.path("placement").asText());
    for (String other : List.of("block", "round-robin", "origin")) {
      JsonNode run = replay(trace, "--placement", other, "--cores", "2");
      assertTrue(
          auto.path("simulated_ns").asLong() < run.path("simulated_ns").asLong(),
          other + ": " + run.path("simulated_ns"));
    }
  }

  @Test
  void whatIsChosenIsTheFastestOfWhatWasTriedAndTakesThatLong() throws IOException {
    JsonNode auto = replay(pairs(20, 1000), "--placement", "auto");
    long least = Long.MAX_VALUE;
    for (JsonNode each : auto.path("placements_tried")) {
      least = Math.min(least, each.path("simulated_ns").asLong());
    }
    assertEquals(least, auto.path("simulated_ns").asLong());
    assertTrue(auto.path("placements_tried").size() > 4);
  }

  @Test
  void aProgramThatOnlySharesStaysAtTheOrigin() throws IOException {
    JsonNode auto = replay(pairs(50, 10), "--placement", "auto");
    assertEquals(1.0, auto.path("speedup").asDouble(), 0.05);
    assertEquals(0, auto.path("message_count").asLong());
  }

  @Test
  void aPartitionCutsNoPairApartAndSpreadsTheLoad() throws IOException {
    try (TraceReader trace = TraceReader.open(pairs(20, 1000))) {
      int threads = Replay.threadCount(trace);
      SharingGraph graph = SharingGraph.of(threads, trace::cursor);
      long[] load = new long[threads];
      java.util.Arrays.fill(load, 1, threads, 1000);
      int[] nodeOf = Partition.of(graph, load, 4);
      int[] perNode = new int[4];
      for (int t = 1; t < threads; t++) {
        perNode[nodeOf[t]]++;
      }
      for (int[] pair : PAIRS) {
        assertEquals(nodeOf[pair[0]], nodeOf[pair[1]]);
      }
      for (int count : perNode) {
        assertEquals(2, count, java.util.Arrays.toString(nodeOf));
      }
      assertEquals(0, nodeOf[0], "main stays at the origin");
      int[] apart = nodeOf.clone();
      apart[PAIRS[0][0]] = (nodeOf[PAIRS[0][0]] + 1) % 4;
      assertNotEquals(graph.cut(nodeOf), graph.cut(apart));
    }
  }
}
