package org.popcornreplay.traces.convert;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.check.TraceCheck;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.LeftOvers;

/**
 * Whatever stands in another tool's file, it becomes a trace without faults or is refused in one
 * line. {@code -Dpopcorn.fuzz.imports=20000} runs longer.
 */
@Tag("reliability")
class MutatedImportTest {
  private static final int IMPORTS = Integer.getInteger("popcorn.fuzz.imports", 400);
  private static final long SEED = Long.getLong("popcorn.fuzz.seed", 20261128L);
  private static final double MOST_SECONDS = 60;
  private static final String LACKEY =
      """
      ==17== Lackey, an example Valgrind tool
      ==17== Command: /bin/true
      I  04016950,3
       S 1ffefffe78,8
      I  04016953,5
       L 04222cac,1
       M 1ffefffe70,4
      I  04016958,2
       L 1ffefffffc,16
      ==17== Exit code:       0
      """;
  private static final String PAT =
      """
      1.000000100 0 100 R 401000 7f0000001000 anon
      1.000000200 1 101 W 401010 7f0000001008 anon
      1.000001 0 100 I 401020 7f0000001000 anon
      1.000002500 1 101 R 401030 7f0000002000 file
      2.5 0 100 W 401040 7f0000002008 stack
      """;
  private static final String[] PIECES = {
    "0",
    "-1",
    "18446744073709551615",
    "ffffffffffffffff",
    "7fffffffffffffff",
    "8000000000000000",
    "99999999999999999999999",
    ",",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\u0000",
    "\u00ff",
    "\u001b[2J",
    ".",
    "1e9",
    "R",
    "W",
    "I",
    "M",
    "S",
    "L",
    "==",
    ":",
    "T",
    "W1.T",
    "<marker: system call 1>",
    "<marker: timestamp 9223372036854775807>",
    "<marker: trace end for >",
    "<thread 5100 exited>",
    " byte(s) @ 0x",
    "read ",
    "write ",
    "4294967296",
    "2147483648",
    "0,0",
    "x".repeat(5000)
  };

  @TempDir Path scratch;

  @Test
  void everyFileIsATraceOrOneLine() throws IOException {
    int[] ends = new int[2];
    String[] sources = {
      LACKEY,
      PAT,
      DrmemtraceImportTest.sample("view-2021.txt"),
      DrmemtraceImportTest.sample("view-2022.txt"),
      DrmemtraceImportTest.sample("view-workloads.txt")
    };
    Path file = scratch.resolve("input");
    Path directory = scratch.resolve("trace");
    for (int i = 0; i < IMPORTS; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      int source = random.nextInt(sources.length);
      Files.write(file, changed(sources[source], random).getBytes(ISO_8859_1));
      Manifest manifest = new Manifest().fullDetail(random.nextBoolean());
      long begin = System.nanoTime();
      try {
        switch (source) {
          case 0 -> new LackeyImport(file).writeTo(directory, manifest);
          case 1 -> new PatImport(file).writeTo(directory, manifest);
          default -> new DrmemtraceImport(file).writeTo(directory, manifest);
        }
        assertEquals(List.of(), new TraceCheck(directory, 5).faults(), "seed " + (SEED + i));
        ends[0]++;
      } catch (CommandException e) {
        assertEquals(3, e.exitCode(), "seed " + (SEED + i));
        assertTrue(e.getMessage().contains("expected"), e.getMessage());
        assertFalse(e.getMessage().chars().anyMatch(c -> c < ' '), e.getMessage());
        ends[1]++;
      } catch (RuntimeException | Error e) {
        fail("seed " + (SEED + i), e);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      assertTrue(seconds < MOST_SECONDS, "seed " + (SEED + i) + " took " + seconds + " s");
      LeftOvers.remove(directory);
    }
    System.out.println(
        "reliability: changed files of other tools: inputs="
            + IMPORTS
            + " (read "
            + ends[0]
            + ", refused in one line "
            + ends[1]
            + ")");
    assertTrue(ends[0] > IMPORTS / 20 && ends[1] > IMPORTS / 20, "one-sided");
  }

  private static String changed(String whole, SplittableRandom random) {
    StringBuilder text = new StringBuilder(whole);
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(5)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(256));
        case 1 -> text.setLength(Math.max(1, at));
        case 2 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
        case 3 -> {
          int end = Math.min(text.length(), at + 1 + random.nextInt(12));
          text.replace(at, end, PIECES[random.nextInt(PIECES.length)]);
        }
        default -> text.delete(at, Math.min(text.length() - 1, at + random.nextInt(20)));
      }
      if (text.length() == 0) {
        text.append(' ');
      }
    }
    return text.toString();
  }
}
