package org.popcornreplay.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.replay.store.SyntheticRun;
import org.popcornreplay.traces.cli.CommandFrame;

/** Stores that were cut or whose bytes changed; {@code -Dmutants=10000} for a long run. */
@Tag("reliability")
final class StoreFuzzTest {
  private static final int MUTANTS = Integer.getInteger("mutants", 60);

  @TempDir Path folder;

  @Test
  void aDamagedStoreIsReadOrRefusedInOneLine() throws Exception {
    Path whole = folder.resolve("whole.duckdb");
    SampleStore.write(whole, new SyntheticRun(2, 4, 20, 1));
    byte[] bytes = Files.readAllBytes(whole);
    PrintStream realErr = System.err;
    int refused = 0;
    for (int seed = 0; seed < MUTANTS; seed++) {
      Path mutant = Files.write(folder.resolve("mutant.duckdb"), mutate(bytes, seed));
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      int code;
      try (PrintStream nowhere =
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
        code = CommandFrame.execute(new SqlCommand(nowhere), mutant.toString(), "hot-pages");
      } finally {
        System.setErr(realErr);
      }
      String said = err.toString(StandardCharsets.UTF_8);
      assertTrue(code == 0 || code == 3, "seed=" + seed + " exit=" + code + " " + said);
      assertEquals(code == 0 ? 0 : 1, said.lines().count(), "seed=" + seed + " " + said);
      refused += code == 3 ? 1 : 0;
    }
    System.out.println(
        "reliability: changed run stores: inputs="
            + MUTANTS
            + " (read "
            + (MUTANTS - refused)
            + ", refused in one line "
            + refused
            + ")");
    assertTrue(refused > MUTANTS / 2, "refused=" + refused);
  }

  private static byte[] mutate(byte[] whole, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    if (random.nextInt(4) == 0) {
      return Arrays.copyOf(whole, random.nextInt(whole.length));
    }
    byte[] mutant = whole.clone();
    int changes = random.nextBoolean() ? 1 : 50;
    for (int i = 0; i < changes; i++) {
      int headers = Math.min(whole.length, 12_288);
      int at = random.nextInt(3) == 0 ? random.nextInt(headers) : random.nextInt(whole.length);
      mutant[at] = (byte) random.nextInt(256);
    }
    return mutant;
  }
}
