package org.popcornreplay.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.arrow.flatbuf.Message;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.check.TraceCheck;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;

/**
 * Whatever is changed in a trace, a reader ends with the whole content or with one line and exit
 * code 3. {@code -Dpopcorn.fuzz.mutations=100000} runs longer.
 */
@Tag("reliability")
class MutatedTraceTest {
  private static final int MUTATIONS = Integer.getInteger("popcorn.fuzz.mutations", 2000);
  private static final long SEED = Long.getLong("popcorn.fuzz.seed", 20261124L);
  private static final int MOST_FAULTS = 20;
  private static final double MOST_SECONDS = 60;

  @TempDir Path scratch;

  @Test
  void everyMutationIsReadOrRefusedInOneLine() throws IOException {
    List<Path> samples = new ArrayList<>();
    for (boolean full : new boolean[] {false, true}) {
      for (boolean complete : new boolean[] {true, false}) {
        samples.add(sample(full, complete));
      }
    }
    int read = 0;
    int refused = 0;
    int signed = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      Path sample = samples.get(random.nextInt(samples.size()));
      List<Path> files = filesOf(sample);
      Path victim = files.get(random.nextInt(files.size()));
      byte[] content = Files.readAllBytes(victim);
      Path manifestFile = sample.resolve(Manifest.FILE_NAME);
      byte[] manifest = Files.readAllBytes(manifestFile);
      if (random.nextInt(50) == 0) {
        Files.delete(victim);
      } else {
        boolean isTable = !victim.equals(manifestFile);
        boolean framed = isTable && random.nextBoolean();
        Files.write(victim, framed ? mutateMetadata(content, random) : mutate(content, random));
        if (isTable && random.nextInt(4) != 0 && sign(manifestFile, victim)) {
          signed++;
        }
      }
      if (readAll(sample, SEED + i)) {
        read++;
      } else {
        refused++;
      }
      Files.write(victim, content);
      Files.write(manifestFile, manifest);
    }
    assertEquals(MUTATIONS, read + refused);
    assertTrue(refused > MUTATIONS / 3, "refused=" + refused);
    assertTrue(read > MUTATIONS / 100, "read=" + read);
    System.out.println(
        "reliability: changed trace files: inputs="
            + MUTATIONS
            + " (read "
            + read
            + ", refused in one line "
            + refused
            + "; signed again after the change "
            + signed
            + ")");
  }

  /** Makes size and checksum of a changed file right again, as a hostile sender would. */
  private static boolean sign(Path manifestFile, Path table) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = (ObjectNode) mapper.readTree(manifestFile.toFile());
    if (!json.path("files").path(table.getFileName().toString()).isObject()) {
      return false;
    }
    ObjectNode files = (ObjectNode) json.get("files");
    ((ObjectNode) files.get(table.getFileName().toString()))
        .put("bytes", Files.size(table))
        .put("sha256", TraceReader.sha256(table));
    StringBuilder content = new StringBuilder();
    for (TraceTable each : TraceTable.values()) {
      if (files.has(each.fileName())) {
        String sha256 = files.get(each.fileName()).get("sha256").asText();
        content.append(each.fileName()).append(' ').append(sha256).append('\n');
      }
    }
    json.put("trace_hash", TraceWriter.sha256(content.toString()));
    mapper.writeValue(manifestFile.toFile(), json);
    return true;
  }

  /** Changes whole numbers in the metadata of a message; its frame stays as it was. */
  private static byte[] mutateMetadata(byte[] content, SplittableRandom random) {
    ByteBuffer bytes = ByteBuffer.wrap(content.clone()).order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> starts = new ArrayList<>();
    for (int at = 0; at + 8 <= content.length && bytes.getInt(at + 4) > 0; ) {
      starts.add(at);
      int length = bytes.getInt(at + 4);
      ByteBuffer metadata = bytes.slice(at + 8, length).order(ByteOrder.LITTLE_ENDIAN);
      at += 8 + length + (int) Message.getRootAsMessage(metadata).bodyLength();
    }
    int start = starts.get(random.nextInt(starts.size()));
    int words = bytes.getInt(start + 4) / 4;
    int[] odd = {
      0,
      1,
      -1,
      2,
      7,
      8,
      63,
      64,
      65_536,
      1 << 20,
      (1 << 20) + 1,
      1 << 26,
      1 << 30,
      1 << 31,
      Integer.MAX_VALUE,
      Integer.MAX_VALUE - 7
    };
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = start + 8 + 4 * random.nextInt(words);
      int before = bytes.getInt(at);
      int value =
          random.nextInt(3) == 0
              ? before + random.nextInt(17) - 8
              : odd[random.nextInt(odd.length)];
      bytes.putInt(at, value);
    }
    return bytes.array();
  }

  private Path sample(boolean full, boolean complete) throws IOException {
    Path directory = scratch.resolve("sample-" + full + "-" + complete);
    GeneratedTrace.write(
        directory,
        Pattern.LOCK,
        PatternOptions.DEFAULT.withRounds(15).withPages(2).withNodes(2),
        new Manifest().fullDetail(full));
    if (!complete) {
      Path file = directory.resolve(Manifest.FILE_NAME);
      ObjectMapper mapper = new ObjectMapper();
      ObjectNode json = (ObjectNode) mapper.readTree(file.toFile());
      json.put("complete", false);
      json.remove("files");
      json.remove("counts");
      mapper.writeValue(file.toFile(), json);
    }
    return directory;
  }

  private static List<Path> filesOf(Path directory) throws IOException {
    try (var list = Files.list(directory)) {
      return list.sorted().toList();
    }
  }

  private static byte[] mutate(byte[] content, SplittableRandom random) {
    byte[] bytes = content.clone();
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(8)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> bytes = Arrays.copyOf(bytes, at);
      case 3 -> {
        // A whole aligned number, as a length or offset would be.
        int word = at & ~3;
        int[] values = {0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, random.nextInt()};
        int value = values[random.nextInt(values.length)];
        for (int i = 0; i < 4 && word + i < bytes.length; i++) {
          bytes[word + i] = (byte) (value >> (8 * i));
        }
      }
      case 4 -> {
        int to = Math.min(bytes.length, at + 1 + random.nextInt(64));
        Arrays.fill(bytes, at, to, (byte) random.nextInt(256));
      }
      case 5 -> {
        int to = Math.min(bytes.length, at + 1 + random.nextInt(64));
        byte[] shorter = new byte[bytes.length - (to - at)];
        System.arraycopy(bytes, 0, shorter, 0, at);
        System.arraycopy(bytes, to, shorter, at, bytes.length - to);
        bytes = shorter;
      }
      case 6 -> {
        byte[] longer = new byte[bytes.length + 1 + random.nextInt(64)];
        System.arraycopy(bytes, 0, longer, 0, at);
        System.arraycopy(bytes, at, longer, at + longer.length - bytes.length, bytes.length - at);
        bytes = longer;
      }
      default -> bytes = digits(bytes, random);
    }
    return bytes;
  }

  /** Changes a number of a text; of other files some bytes that look like digits. */
  private static byte[] digits(byte[] bytes, SplittableRandom random) {
    for (int tries = 0; tries < 200; tries++) {
      int at = random.nextInt(bytes.length);
      if (bytes[at] >= '0' && bytes[at] <= '9') {
        bytes[at] = (byte) "0123456789-e.\"".charAt(random.nextInt(14));
        return bytes;
      }
    }
    return bytes;
  }

  /** True where all of it could be read, false where it was refused. */
  private static boolean readAll(Path directory, long seed) {
    long begin = System.nanoTime();
    try {
      try (TraceReader reader = TraceReader.open(directory)) {
        for (TraceTable table : TraceTable.values()) {
          new TableScan(reader, table).run(-1, batch -> true);
        }
        for (int row = 0; row < reader.threads().size(); row++) {
          ThreadCursor cursor = reader.cursor(reader.threads().thread(row));
          while (cursor.next()) {
            assertTrue(cursor.instructions() >= 0);
          }
        }
        TraceSummary.of(reader).toJson();
      }
      return true;
    } catch (CommandException e) {
      assertEquals(3, e.exitCode(), "seed " + seed);
      assertFalse(e.getMessage().contains("\n"), "seed " + seed + ": " + e.getMessage());
      assertTrue(
          e.getMessage().contains("expected")
              || e.getMessage().contains("cut")
              || e.getMessage().contains("file has")
              || e.getMessage().contains("outside of itself")
              || e.getMessage().contains("zstd"),
          "seed " + seed + ": " + e.getMessage());
      return false;
    } catch (RuntimeException | Error e) {
      return fail("seed " + seed, e);
    } finally {
      if (seed % 5 == 0) {
        checkEndsToo(directory, seed);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      assertTrue(seconds < MOST_SECONDS, "seed " + seed + " took " + seconds + " s");
    }
  }

  private static void checkEndsToo(Path directory, long seed) {
    try {
      List<String> faults = new TraceCheck(directory, MOST_FAULTS).faults();
      assertTrue(faults.size() <= MOST_FAULTS + 1);
    } catch (RuntimeException | Error e) {
      fail("check, seed " + seed, e);
    }
  }

  @Test
  void namesInAManifestCannotLeaveTheDirectory() throws IOException {
    Path directory = scratch.resolve("t");
    GeneratedTrace.write(directory, Pattern.LOCK, PatternOptions.DEFAULT.withRounds(2));
    Path manifest = directory.resolve(Manifest.FILE_NAME);
    String text = Files.readString(manifest);
    Files.writeString(
        manifest, text.replace("\"visits.arrows\"", "\"../x\""), StandardCharsets.UTF_8);
    CommandException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            CommandException.class, () -> TraceReader.open(directory));
    assertEquals(3, e.exitCode());
    assertTrue(e.getMessage().contains("files=../x, expected names of tables"), e.getMessage());
  }

  @Test
  void aLinkInPlaceOfAFileIsRefused() throws IOException {
    Path directory = scratch.resolve("t");
    GeneratedTrace.write(directory, Pattern.LOCK, PatternOptions.DEFAULT.withRounds(2));
    Path visits = directory.resolve("visits.arrows");
    Files.delete(visits);
    Files.createSymbolicLink(visits, Path.of("/dev/zero"));
    CommandException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            CommandException.class, () -> TraceReader.open(directory));
    assertEquals(3, e.exitCode());
    assertTrue(e.getMessage().endsWith("visits.arrows: missing, expected a regular file"));
  }
}
