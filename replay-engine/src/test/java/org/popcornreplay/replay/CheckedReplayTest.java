package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.protocol.PlantedDefect;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.replay.thread.SyncCensus;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.ExitCode;
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;

/** A checked replay finds what goes wrong in the middle of it, in the step in which it does. */
class CheckedReplayTest {
  private static final int PLANTED_AT = 10;

  @TempDir Path dir;
  private Path trace;

  @BeforeEach
  void generate() throws IOException {
    // One thread that moves: when it has written, nothing is under way about its page.
    trace = dir.resolve("migration");
    GeneratedTrace.write(trace, Pattern.MIGRATION, new PatternOptions(1, 3, 20, 500, 0, 1));
  }

  /** Plants the defect when the tenth write fault of a remote ends. */
  private static final class Saboteur implements RunListener {
    private final PlantedDefect defect;
    private Replay run;
    private int writeFaults;
    private long plantedNanos = -1;

    Saboteur(PlantedDefect defect) {
      this.defect = defect;
    }

    @Override
    public void fault(
        int thread,
        int node,
        long page,
        long address,
        long ip,
        String kind,
        long start,
        long end,
        int retries,
        String result) {
      if (node > 0 && !kind.equals("read") && ++writeFaults == PLANTED_AT) {
        plantedNanos = end;
        defect.plant(run.popcorn(), node, page);
      }
    }
  }

  private Replay run(Saboteur saboteur, RunListener listener) {
    try (TraceReader reader = TraceReader.open(trace)) {
      SyncCensus census = SyncCensus.of(Replay.threadCount(reader), reader::events);
      RunRequest request =
          new RunRequest(
              3, "trace", ProfileFile.load("dex-ib56"), Options.FAITHFUL, -1, false, 4096, 7);
      Replay run = new Replay(reader, request, census, listener).checked(true);
      if (saboteur != null) {
        saboteur.run = run;
      }
      return run.execute();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "READER_BESIDE_THE_WRITER | may write while 1 others may read",
        "STALE_FRAME | a node that may read does not see the newest write",
        "FORGOTTEN_OWNER | may read, but the directory has []",
        "LOST_PAGE | holds nothing, but the directory has",
        "SECOND_ANSWER | has no such request open, expected one answer each",
      })
  void aDefectIsReportedInTheStepInWhichItComes(PlantedDefect defect, String said) {
    Saboteur saboteur = new Saboteur(defect);
    String found = failure(saboteur, said);
    String moment = String.format(Locale.ROOT, "found at %.6f ms", saboteur.plantedNanos / 1e6);
    assertTrue(found.contains(moment), found + ", planted: " + moment);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LOCK_LEFT | left over at rest: node",
        "STATION_LEFT | left over at rest: node",
      })
  void whatIsLeftIsReportedAtTheEnd(PlantedDefect defect, String said) {
    failure(new Saboteur(defect), said);
  }

  private String failure(Saboteur saboteur, String said) {
    CommandException found = assertThrows(CommandException.class, () -> run(saboteur, saboteur));
    assertEquals(ExitCode.ANSWER_IS_NO, found.exitCode());
    assertTrue(found.getMessage().startsWith("check: "), found.getMessage());
    assertTrue(found.getMessage().contains(said), found.getMessage());
    assertTrue(found.getMessage().contains("with seed 7"), found.getMessage());
    return found.getMessage();
  }

  @Test
  void aSoundRunIsCheckedInEveryStep() {
    Replay run = run(null, new RunListener() {});
    assertNull(run.impasse());
    String checks = run.checks();
    assertTrue(checks.startsWith("check: " + run.steps() + " steps, "), checks);
    assertTrue(checks.endsWith("nothing found"), checks);
  }
}
