package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.protocol.MessageType;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.profile.CostProfile;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.profile.ProfileKey;
import org.popcornreplay.replay.thread.SyncCensus;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;

/**
 * A thread that goes to another node and back each millisecond, with its page: counts and times
 * grow by the same in each round, and memory does not. {@code -Dreliability.simulated.seconds=3600}
 * is the hour.
 */
@Tag("reliability")
class PingPongHourTest {
  private static final long SIMULATED_NANOS =
      Long.getLong("reliability.simulated.seconds", 3) * 1_000_000_000L;
  private static final int NANOS_AT_A_NODE = 1_000_000;
  private static final int FEW_ROUNDS = 100;
  private static final long MOST_GROWTH_BYTES = 4 << 20;

  @TempDir Path folder;

  /** Looks at the heap after a quarter of the messages and shortly before the last. */
  private static final class HeapWatch implements RunListener {
    private final long all;
    private long messages;
    private long usedEarly;
    private long usedLate;

    HeapWatch(long all) {
      this.all = all;
    }

    @Override
    public void message(
        long sequence,
        MessageType type,
        int from,
        int to,
        int bytes,
        long sentNanos,
        long deliveredNanos,
        long handledNanos,
        int thread,
        long page,
        int result) {
      messages++;
      if (messages == all / 4) {
        usedEarly = usedBytes();
      } else if (messages == all - all / 100) {
        usedLate = usedBytes();
      }
    }

    private static long usedBytes() {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      return runtime.totalMemory() - runtime.freeMemory();
    }
  }

  private Replay run(int rounds, RunListener listener) throws IOException {
    Path path = folder.resolve("rounds" + rounds);
    GeneratedTrace.write(
        path, Pattern.MIGRATION, new PatternOptions(1, 1, rounds, NANOS_AT_A_NODE, 2, 1));
    CostProfile profile = ProfileFile.load("tcp-10g-nodelay").with(ProfileKey.INSTRUCTION, "1");
    RunRequest request = new RunRequest(2, "trace", profile, Options.FAITHFUL, -1, false, 4096, 1);
    try (TraceReader trace = TraceReader.open(path)) {
      SyncCensus census = SyncCensus.of(Replay.threadCount(trace), trace::events);
      Replay run = new Replay(trace, request, census, listener).execute();
      assertNull(run.impasse());
      assertEquals(2L * rounds, run.migrations());
      return run;
    }
  }

  /** What a value is after many rounds, where each round adds the same. */
  private static long after(int rounds, long atFew, long atTwiceFew) {
    long each = (atTwiceFew - atFew) / FEW_ROUNDS;
    assertEquals(atTwiceFew - atFew, each * FEW_ROUNDS, "not the same in each round");
    return atFew + each * (rounds - FEW_ROUNDS);
  }

  @Test
  void anHourHasNoDriftAndNoLeak() throws IOException {
    Replay few = run(FEW_ROUNDS, new RunListener() {});
    Replay twice = run(2 * FEW_ROUNDS, new RunListener() {});
    double roundNanos = (twice.simulatedNanos() - few.simulatedNanos()) / (double) FEW_ROUNDS;
    int rounds = (int) Math.ceil(SIMULATED_NANOS / roundNanos);
    long messages = after(rounds, few.traffic().messages(), twice.traffic().messages());
    HeapWatch heap = new HeapWatch(messages);
    Replay run = run(rounds, heap);
    for (MessageType type : MessageType.values()) {
      for (int from = 0; from < 2; from++) {
        int to = 1 - from;
        assertEquals(
            after(
                rounds, few.traffic().count(from, to, type), twice.traffic().count(from, to, type)),
            run.traffic().count(from, to, type),
            from + ">" + to + " " + type);
      }
    }
    assertEquals(rounds, run.traffic().count(0, 1, MessageType.TASK_MIGRATE));
    assertEquals(messages, heap.messages);
    double expectedNanos = few.simulatedNanos() + roundNanos * (rounds - FEW_ROUNDS);
    double driftNanos = run.simulatedNanos() - expectedNanos;
    assertTrue(Math.abs(driftNanos) < 1e-4 * expectedNanos, "drift: " + driftNanos + " ns");
    assertTrue(
        heap.usedLate < heap.usedEarly + MOST_GROWTH_BYTES,
        "heap after a collection: " + heap.usedEarly + ", later " + heap.usedLate);
    System.out.printf(
        Locale.ROOT,
        "reliability: simulated ping-pong: seconds=%.1f messages=%d, all counts as the closed form"
            + " (rounds %d, drift %.0f ns, heap %.1f MiB at a quarter, %.1f MiB at the end)%n",
        run.simulatedNanos() / 1e9,
        messages,
        rounds,
        driftNanos,
        heap.usedEarly / 1048576.0,
        heap.usedLate / 1048576.0);
  }
}
