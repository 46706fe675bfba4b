package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.thread.SyncCensus;
import org.popcornreplay.replay.thread.ThreadState;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;

class UnequalNodesTest {
  @TempDir Path dir;
  private Path trace;

  @BeforeEach
  void generate() throws IOException {
    trace = dir.resolve("private");
    GeneratedTrace.write(trace, Pattern.PRIVATE, new PatternOptions(4, 1, 500, 20_000, 0, 1));
  }

  private Replay run(CostProfile profile) {
    RunRequest request =
        new RunRequest(2, "round-robin", profile, Options.FAITHFUL, -1, false, 4096, 1);
    try (TraceReader reader = TraceReader.open(trace)) {
      SyncCensus census = SyncCensus.of(Replay.threadCount(reader), reader::events);
      Replay run = new Replay(reader, request, census, new RunListener() {}).execute();
      assertNull(run.impasse());
      return run;
    }
  }

  private static long compute(Replay run, int thread) {
    return run.threadNumber(thread).nanosIn(ThreadState.COMPUTE);
  }

  @Test
  void aNodeOfHalfTheSpeedComputesInTwiceTheTime() {
    CostProfile profile = ProfileFile.load("ideal");
    Replay alike = run(profile);
    Replay slow = run(profile.withNodes("1", "speed", "0.5"));
    assertEquals(compute(alike, 1), compute(slow, 1)); // thread 1 is on node 0
    double ratio = (double) compute(slow, 2) / compute(alike, 2);
    assertEquals(2, ratio, 1e-3);
    assertEquals(2, (double) slow.simulatedNanos() / alike.simulatedNanos(), 1e-2);
  }

  @Test
  void aNodeWithOneCoreLetsItsThreadsTakeTurns() {
    CostProfile profile = ProfileFile.load("dex-ib56");
    Replay wide = run(profile);
    Replay narrow = run(profile.withNodes("1", "cores", "1"));
    assertEquals(8, narrow.cores(0));
    assertEquals(1, narrow.cores(1));
    assertEquals(compute(wide, 4), compute(narrow, 4));
    // Threads 2 and 4 share the core; one of them runs after the other.
    long longer = narrow.simulatedNanos() - wide.simulatedNanos();
    assertEquals((double) compute(wide, 4), (double) longer, 0.1 * compute(wide, 4));
  }

  @Test
  void aFileSaysHowItsNodesDifferAndItsBasePassesItOn() throws IOException {
    Path base = dir.resolve("base.yaml");
    Files.writeString(
        base, "name: b\nbase: ideal\nnodes:\n  0-3: {cores: 16}\n  2-3: {speed: 0.5, cores: 2}\n");
    Path file = dir.resolve("derived.yaml");
    Files.writeString(file, "name: d\nbase: " + base + "\nnodes: {3: {speed: 2}}\n");
    CostProfile profile = ProfileFile.load(file.toString());
    assertEquals(16, profile.cores(1));
    assertEquals(2, profile.cores(3));
    assertEquals(8, profile.cores(4));
    assertEquals(1, profile.shapes().speed(1));
    assertEquals(0.5, profile.shapes().speed(2));
    assertEquals(2, profile.shapes().speed(3));
  }

  @Test
  void whatCannotBeANodeIsSaidInOneLine() throws IOException {
    for (String nodes :
        new String[] {
          "{x: {cores: 1}}",
          "{3-1: {cores: 1}}",
          "{1024: {cores: 1}}",
          "{1: {cores: 1.5}}",
          "{1: {cores: -1}}",
          "{1: {speed: 0}}",
          "{1: {speed: fast}}",
          "{1: {colour: 1}}",
          "{1: 5}",
          "[1]"
        }) {
      Path file = dir.resolve("wrong.yaml");
      Files.writeString(file, "name: w\nnodes: " + nodes + "\n");
      CommandException e =
          assertThrows(CommandException.class, () -> ProfileFile.load(file.toString()), nodes);
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      assertTrue(e.getMessage().contains("expected"), e.getMessage());
    }
  }
}
