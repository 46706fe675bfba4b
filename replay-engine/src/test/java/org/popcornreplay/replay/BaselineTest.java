package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.store.RecordLevel;
import org.popcornreplay.replay.store.RunStore;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;

class BaselineTest {
  private static final int MANY_ROUNDS = 300_000;
  private static final int INSTRUCTIONS = 20_000;

  @TempDir Path folder;

  private Path trace(int rounds) throws IOException {
    Path path = folder.resolve("rounds-" + rounds);
    GeneratedTrace.write(
        path, Pattern.FALSE_SHARING, new PatternOptions(2, 1, rounds, INSTRUCTIONS, 0, 1));
    return path;
  }

  private static RunRequest request() {
    return new RunRequest(
        2, "round-robin", ProfileFile.load("ideal"), Options.FAITHFUL, -1, false, 4096, 1);
  }

  @Test
  void besideTheRunItComesToWhatItComesToBeforeIt() throws IOException {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1);
    try (TraceReader trace = TraceReader.open(trace(MANY_ROUNDS))) {
      assertTrue(Baseline.pays(trace));
      Program program = Program.of(trace, true);
      Execution.Done before;
      try (RunStore store = RunStore.inMemory()) {
        Execution.Keeping summary = new Execution.Keeping(RecordLevel.of("summary"), "", List.of());
        before = new Execution(program, request()).run(store, summary);
      }
      Execution.Done beside = new Execution(program, request()).run();
      assertNull(beside.impasse());
      assertEquals(before.baselineNanos(), beside.baselineNanos());
      assertEquals(before.run().simulatedNanos(), beside.run().simulatedNanos());
      assertNotEquals(beside.run().simulatedNanos(), beside.baselineNanos());
    }
  }

  @Test
  void aShortTraceDoesNotPayForIt() throws IOException {
    try (TraceReader trace = TraceReader.open(trace(100))) {
      assertFalse(Baseline.pays(trace));
    }
  }

  @Test
  void whatBreaksItIsThrownWhereItIsWaitedFor() {
    try (Baseline baseline = Baseline.begin(folder.resolve("nothing"), request().baseline())) {
      assertThrows(CommandException.class, () -> baseline.await((fraction, nanos) -> {}));
    }
  }

  @Test
  void itIsGivenUpWhereTheRunHasFailed() throws IOException {
    Path path = trace(MANY_ROUNDS);
    Baseline baseline = Baseline.begin(path, request());
    baseline.close();
    RuntimeException failure =
        assertThrows(RuntimeException.class, () -> baseline.await((fraction, nanos) -> {}));
    assertEquals("baseline", failure.getMessage());
  }
}
