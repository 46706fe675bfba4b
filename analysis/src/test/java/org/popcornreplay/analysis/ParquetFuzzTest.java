package org.popcornreplay.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.replay.store.SyntheticRun;
import org.popcornreplay.traces.cli.CommandFrame;

/** Folders of exported runs whose files were cut, changed or swapped. */
@Tag("reliability")
final class ParquetFuzzTest {
  private static final int MUTANTS = Integer.getInteger("mutants", 60);
  private static final int FOOTER_BYTES = 600;

  @TempDir Path folder;
  private String said;

  private int run(Object... arguments) {
    PrintStream realErr = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      String[] words = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
      return CommandFrame.execute(new SqlCommand(nowhere), words);
    } finally {
      System.setErr(realErr);
      said = err.toString(StandardCharsets.UTF_8);
    }
  }

  private static List<Path> files(Path run) throws IOException {
    try (var all = Files.list(run)) {
      return all.sorted().toList();
    }
  }

  @Test
  void aDamagedFolderIsReadOrRefusedInOneLine() throws Exception {
    Path store = folder.resolve("store.duckdb");
    SampleStore.write(store, new SyntheticRun(2, 4, 20, 1));
    Path exported = folder.resolve("exported");
    assertEquals(0, run(store, "--export-parquet", exported), said);
    List<Path> files = files(exported.resolve("run-000001"));
    String[] queries = {"summary", "hot-pages", "messages", "false-sharing"};
    int refused = 0;
    for (int seed = 0; seed < MUTANTS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Path victim = files.get(random.nextInt(files.size()));
      byte[] whole = Files.readAllBytes(victim);
      byte[] other = Files.readAllBytes(files.get(random.nextInt(files.size())));
      Files.write(victim, mutate(whole, other, random));
      String query = random.nextInt(3) == 0 ? "FROM " + table(victim) : queries[seed % 4];
      int code = run(exported, query, "--csv");
      assertTrue(code == 0 || code == 2 || code == 3, "seed=" + seed + " exit=" + code + said);
      assertEquals(code == 0 ? 0 : 1, said.lines().count(), "seed=" + seed + " " + said);
      refused += code == 0 ? 0 : 1;
      Files.write(victim, whole);
    }
    System.out.println(
        "reliability: changed folders of Parquet runs: inputs="
            + MUTANTS
            + " (read "
            + (MUTANTS - refused)
            + ", refused in one line "
            + refused
            + ")");
    assertTrue(refused > MUTANTS / 10, "refused=" + refused);
  }

  private static String table(Path file) {
    return file.getFileName().toString().replace(".parquet", "");
  }

  private static byte[] mutate(byte[] whole, byte[] other, SplittableRandom random) {
    byte[] mutant = whole.clone();
    switch (random.nextInt(5)) {
      case 0 -> mutant = Arrays.copyOf(whole, random.nextInt(whole.length));
      case 1 -> mutant = other.clone();
      case 2 -> {
        // The footer, which has all lengths and offsets.
        int at = whole.length - 1 - random.nextInt(Math.min(whole.length, FOOTER_BYTES));
        mutant[at] = (byte) random.nextInt(256);
      }
      default -> {
        for (int changes = 1 + random.nextInt(20); changes > 0; changes--) {
          mutant[random.nextInt(whole.length)] = (byte) random.nextInt(256);
        }
      }
    }
    return mutant;
  }
}
