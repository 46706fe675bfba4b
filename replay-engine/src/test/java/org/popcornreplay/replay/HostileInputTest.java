package org.popcornreplay.replay;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.replay.profile.ProfileFile;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceTable;
import org.popcornreplay.traces.arrow.BatchPlace;
import org.popcornreplay.traces.arrow.Column;
import org.popcornreplay.traces.arrow.ColumnBatch;
import org.popcornreplay.traces.arrow.ColumnType;
import org.popcornreplay.traces.arrow.StreamFile;
import org.popcornreplay.traces.arrow.StreamWriter;
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;

/**
 * Traces that are well-formed and say nonsense, profiles and placements with changed bytes: a
 * replay ends with a result, one line, or who waits for what. {@code -Dpopcorn.fuzz.replays=30000}
 * runs longer.
 */
@Tag("reliability")
class HostileInputTest {
  private static final int REPLAYS = Integer.getInteger("popcorn.fuzz.replays", 600);
  private static final long SEED = Long.getLong("popcorn.fuzz.seed", 20261125L);
  private static final long MOST_SECONDS = 30;

  @TempDir Path scratch;
  private final ExecutorService runner =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "replay");
            thread.setDaemon(true);
            return thread;
          });

  @AfterEach
  void stop() {
    runner.shutdownNow();
  }

  /** Runs the command and looks at how it ended. */
  private int replay(String what, String... arguments) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = System.out;
    PrintStream err = System.err;
    int code;
    try (PrintStream caught = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      System.setOut(caught);
      System.setErr(caught);
      code = runner.submit(() -> ReplayCommand.run(arguments)).get(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException e) {
      return fail(what, e);
    } catch (TimeoutException e) {
      return fail(what + ": still running after " + MOST_SECONDS + " s");
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    String text = said.toString(StandardCharsets.UTF_8);
    boolean checkFailed = code == 1 && List.of(arguments).contains("--check");
    assertTrue(
        code == 0 || code == 2 || code == 3 || code == 4 || checkFailed,
        what + ": exit " + code + text);
    assertFalse(text.contains("Exception"), what + ": " + text);
    if (code == 2 || code == 3) {
      assertTrue(text.lines().count() <= 1, what + ": " + text);
    }
    return code;
  }

  /** The tables of a trace, to be written again with changes. */
  private static final class Original {
    private final List<TraceTable> tables = new ArrayList<>();
    private final List<List<ColumnBatch>> batches = new ArrayList<>();
    private final List<List<BatchPlace>> places = new ArrayList<>();
    private final ObjectNode manifest;

    Original(Path directory) throws IOException {
      ObjectMapper mapper = new ObjectMapper();
      manifest = (ObjectNode) mapper.readTree(directory.resolve(Manifest.FILE_NAME).toFile());
      manifest.put("complete", false);
      manifest.remove(List.of("files", "counts", "trace_hash"));
      for (TraceTable table : TraceTable.values()) {
        Path file = directory.resolve(table.fileName());
        if (!Files.exists(file)) {
          continue;
        }
        tables.add(table);
        List<ColumnBatch> all = new ArrayList<>();
        try (StreamFile stream = new StreamFile(file, table.columns())) {
          places.add(stream.scan(false));
          for (BatchPlace place : places.get(places.size() - 1)) {
            ColumnBatch batch = new ColumnBatch(table.columns());
            stream.read(place, batch);
            all.add(batch);
          }
        }
        batches.add(all);
      }
    }

    /** Writes the trace with some cells changed. */
    void writeChanged(Path directory, SplittableRandom random) throws IOException {
      List<Runnable> undo = new ArrayList<>();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        change(random, undo);
      }
      new ObjectMapper().writeValue(directory.resolve(Manifest.FILE_NAME).toFile(), manifest);
      for (int t = 0; t < tables.size(); t++) {
        Path file = directory.resolve(tables.get(t).fileName());
        Files.deleteIfExists(file);
        try (StreamWriter out = new StreamWriter(file, tables.get(t).columns())) {
          for (int b = 0; b < batches.get(t).size(); b++) {
            BatchPlace place = places.get(t).get(b);
            out.write(batches.get(t).get(b), place.thread(), place.base());
          }
          out.end();
        }
      }
      undo.forEach(Runnable::run);
    }

    private void change(SplittableRandom random, List<Runnable> undo) {
      int t = random.nextInt(tables.size());
      if (batches.get(t).isEmpty()) {
        return;
      }
      ColumnBatch batch = batches.get(t).get(random.nextInt(batches.get(t).size()));
      if (batch.rows() == 0) {
        return;
      }
      int row = random.nextInt(batch.rows());
      if (random.nextInt(8) == 0) {
        int rows = batch.rows();
        batch.setRows(row); // the rest of the batch is lost
        undo.add(0, () -> batch.setRows(rows));
        return;
      }
      int column = random.nextInt(batch.columns().size());
      Column kind = batch.columns().get(column);
      if (kind.type() == ColumnType.TEXT) {
        return;
      }
      long value = value(random);
      switch (kind.type().width()) {
        case 1 -> {
          byte before = batch.bytes(column)[row];
          batch.bytes(column)[row] = (byte) value;
          undo.add(0, () -> batch.bytes(column)[row] = before);
        }
        case 4 -> {
          int before = batch.ints(column)[row];
          batch.ints(column)[row] = (int) value;
          undo.add(0, () -> batch.ints(column)[row] = before);
        }
        default -> {
          long before = batch.longs(column)[row];
          batch.longs(column)[row] =
              random.nextInt(4) == 0 ? before + random.nextInt(5) - 2 : value;
          undo.add(0, () -> batch.longs(column)[row] = before);
        }
      }
    }

    private static long value(SplittableRandom random) {
      long[] odd = {
        0,
        1,
        -1,
        2,
        7,
        4095,
        4096,
        1L << 20,
        1L << 31,
        -(1L << 31),
        1L << 40,
        1L << 47,
        1L << 48,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Integer.MAX_VALUE
      };
      return random.nextInt(3) == 0 ? random.nextInt(40) : odd[random.nextInt(odd.length)];
    }
  }

  @Test
  void aTraceThatSaysNonsense() throws IOException {
    List<Original> originals = new ArrayList<>();
    for (Pattern pattern : new Pattern[] {Pattern.LOCK, Pattern.MIGRATION, Pattern.STENCIL}) {
      for (boolean full : new boolean[] {false, true}) {
        Path directory = scratch.resolve(pattern.name() + full);
        GeneratedTrace.write(
            directory,
            pattern,
            PatternOptions.DEFAULT.withRounds(4).withPages(2).withNodes(2),
            new Manifest().fullDetail(full));
        originals.add(new Original(directory));
      }
    }
    Path broken = Files.createDirectories(scratch.resolve("broken.ptrace"));
    String[] placements = {"block", "round-robin", "trace", "origin"};
    int[] ends = new int[5];
    for (int i = 0; i < REPLAYS; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      originals.get(random.nextInt(originals.size())).writeChanged(broken, random);
      List<String> words = new ArrayList<>(List.of("--nodes", "3", "--placement"));
      words.add(placements[random.nextInt(placements.length)]);
      if (random.nextInt(4) == 0) {
        words.add("--check");
      }
      if (random.nextInt(4) == 0) {
        words.addAll(List.of("--page-size", "64"));
      }
      if (random.nextInt(4) == 0) {
        words.addAll(List.of("--order", "recorded"));
      }
      words.add(broken.toString());
      ends[replay("seed " + (SEED + i) + " " + words, words.toArray(String[]::new))]++;
      try (var files = Files.list(broken)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
    System.out.printf(
        "reliability: nonsense traces replayed: inputs=%d (result %d, refused in one line %d,"
            + " deadlock told %d)%n",
        REPLAYS, ends[0], ends[2] + ends[3], ends[4]);
    assertTrue(ends[0] > REPLAYS / 20 && ends[3] > REPLAYS / 20, "one-sided");
  }

  @Test
  void aProfileOrPlacementWithChangedText() throws IOException {
    Path trace = scratch.resolve("t.ptrace");
    GeneratedTrace.write(trace, Pattern.LOCK, new PatternOptions(2, 1, 2, 100, 0, 1));
    byte[] placement =
        "threads:\n  0: 0\n  1-2: 1\n  \"worker *\": 1\nmoves:\n  - {thread: 1, instructions: 100, node: 0}\n"
            .getBytes(StandardCharsets.UTF_8);
    Path file = scratch.resolve("file.yaml");
    int[] ends = new int[5];
    for (int i = 0; i < REPLAYS; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      boolean profile = random.nextBoolean();
      byte[] whole =
          profile
              ? ProfileFile.shipped(ProfileFile.NAMES.get(random.nextInt(ProfileFile.NAMES.size())))
              : placement;
      Files.write(file, changed(whole, random));
      String option = profile ? file.toString() : "file:" + file;
      ends[
          replay(
              "seed " + (SEED + i) + " " + option,
              "--nodes",
              "2",
              profile ? "--profile" : "--placement",
              option,
              trace.toString())]++;
    }
    System.out.printf(
        "reliability: changed profiles and placements: inputs=%d (result %d, refused in one line"
            + " %d, deadlock told %d)%n",
        REPLAYS, ends[0], ends[2] + ends[3], ends[4]);
  }

  private static byte[] changed(byte[] whole, SplittableRandom random) {
    StringBuilder text = new StringBuilder(new String(whole, StandardCharsets.ISO_8859_1));
    String[] pieces = {
      "-1",
      "999999999999999999999",
      "1e308",
      "{",
      "]",
      ":",
      "\n",
      "  ",
      "&a ",
      "*a",
      "!!binary ",
      "null",
      "~",
      "\t",
      "\u0000",
      "\u00ff",
      "base: unit\n",
      "'",
      "\"",
      ".nan",
      "- ",
      "0x7f",
      "<<: "
    };
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(4)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(256));
        case 1 -> text.setLength(Math.max(1, at));
        case 2 -> text.insert(at, pieces[random.nextInt(pieces.length)]);
        default -> text.delete(at, Math.min(text.length() - 1, at + random.nextInt(20)));
      }
      if (text.length() == 0) {
        text.append(' ');
      }
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
