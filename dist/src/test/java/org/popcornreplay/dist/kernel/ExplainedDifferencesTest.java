package org.popcornreplay.dist.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which differences from the kernel count as explained. */
class ExplainedDifferencesTest {
  private static final int MIGRATE_BYTES = 1470;
  private static final int EXIT_BYTES = 22;

  private static KernelCounts counts(long migrations, long exits) {
    KernelCounts counts = new KernelCounts();
    counts.beginRun();
    counts.add("0>1", "TASK_MIGRATE", migrations, migrations * MIGRATE_BYTES);
    counts.add("0>1", "TASK_EXIT_ORIGIN", exits, exits * EXIT_BYTES);
    counts.endRuns();
    return counts;
  }

  private static Optional<String> reason(String file, long migrations, long exits) {
    KernelRow row =
        new KernelRow(file, List.of("thrseq", "5"), 2, 1, true, counts(5, 0), new KernelCounts());
    return ExplainedDifferences.load().reason(Verdict.of(row, counts(migrations, exits)));
  }

  @Test
  void aDifferenceThatIsListedForItsRowIsExplained() {
    assertTrue(reason("2n_thrseq_5.json", 5, 1).orElse("").contains("K15"));
  }

  @Test
  void anotherDifferenceOfTheSameRowIsNot() {
    assertEquals(Optional.empty(), reason("2n_thrseq_5.json", 6, 1));
  }

  @Test
  void theSameDifferenceOfAnotherRowIsNot() {
    assertEquals(Optional.empty(), reason("2n_mutex1_100.json", 5, 1));
  }
}
