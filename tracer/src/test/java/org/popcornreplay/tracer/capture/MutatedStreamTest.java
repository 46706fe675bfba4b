package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceWriter;
import org.popcornreplay.traces.check.TraceCheck;
import org.popcornreplay.traces.cli.LeftOvers;

/**
 * Whatever comes through the capture tool's pipe, the recorder makes a trace or says in one line
 * what is wrong. {@code -Dpopcorn.fuzz.streams=20000} runs longer.
 */
@Tag("reliability")
class MutatedStreamTest {
  private static final int STREAMS = Integer.getInteger("popcorn.fuzz.streams", 300);
  private static final long SEED = Long.getLong("popcorn.fuzz.seed", 20261125L);
  private static final int MOST_BYTES = 1 << 16;
  private static final int SLICE_INSTRUCTIONS = 500;

  @TempDir Path scratch;

  /** What the tool sends for a small program; the first records, which are of every kind. */
  private byte[] recorded(boolean full) throws IOException, InterruptedException {
    CaptureTool tool = CaptureTool.prepare();
    Path file = Files.createFile(scratch.resolve("stream-" + full));
    ProcessBuilder builder =
        new ProcessBuilder(
                tool.program().toString(),
                "--command-line-only=yes",
                "--tool=poptrace",
                "-q",
                "--vgdb=no",
                "--to=" + file,
                "--slice=" + SLICE_INSTRUCTIONS,
                "--full=" + (full ? "yes" : "no"),
                "/bin/true")
            .redirectErrorStream(true);
    builder.environment().put("VALGRIND_LIB", tool.directory().toString());
    builder.environment().put("VALGRIND_LAUNCHER", tool.program().toString());
    Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue());
    return Files.readAllBytes(file);
  }

  /** Where each record begins. */
  private static List<Integer> records(byte[] stream) {
    ByteBuffer bytes = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> starts = new ArrayList<>();
    for (int at = 0; at + 8 <= stream.length; at += 8 + bytes.getInt(at + 4)) {
      starts.add(at);
    }
    return starts;
  }

  @Test
  void everyStreamIsATraceOrOneLine() throws IOException, InterruptedException {
    int read = 0;
    int refused = 0;
    byte[][] streams = {recorded(false), recorded(true)};
    for (int i = 0; i < STREAMS; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      boolean full = random.nextBoolean();
      byte[] changed = changed(streams[full ? 1 : 0], random);
      Path directory = scratch.resolve("t" + i);
      long begin = System.nanoTime();
      try (TraceWriter writer =
          TraceWriter.create(directory, new Manifest().fullDetail(full), 1 << 20)) {
        CaptureStream stream =
            new CaptureStream(
                Channels.newChannel(new ByteArrayInputStream(changed)), writer, "main");
        stream.read();
        stream.finish();
        writer.flush();
        read++;
      } catch (IOException e) {
        assertTrue(e.getMessage().startsWith("capture stream: "), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        refused++;
      } catch (RuntimeException | Error e) {
        fail("seed " + (SEED + i), e);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      assertTrue(seconds < 20, "seed " + (SEED + i) + " took " + seconds + " s");
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
    System.out.println(
        "reliability: changed streams of the capture tool: inputs="
            + STREAMS
            + " (read "
            + read
            + ", refused in one line "
            + refused
            + ")");
    assertTrue(read > 0 && refused > STREAMS / 10, "read " + read + ", refused " + refused);
  }

  /** As it is when the capture tool is killed: what was recorded so far is without fault. */
  @Test
  void aStreamThatEndsAnywhereIsATraceWithoutFaults() throws IOException, InterruptedException {
    int cuts = 0;
    for (boolean full : new boolean[] {false, true}) {
      byte[] whole = recorded(full);
      List<Integer> starts = records(whole);
      // After a heap record or an atomic one, too, which go beyond the last slice.
      int step = Math.max(1, starts.size() / (STREAMS / 2));
      for (int i = 0; i < starts.size(); i += step) {
        Path directory = scratch.resolve("cut" + full + i);
        Manifest manifest =
            new Manifest().fullDetail(full).sliceMarks(full).sliceInstructions(SLICE_INSTRUCTIONS);
        try (TraceWriter writer = TraceWriter.create(directory, manifest, 1 << 20)) {
          CaptureStream stream =
              new CaptureStream(
                  Channels.newChannel(new ByteArrayInputStream(whole, 0, starts.get(i))),
                  writer,
                  "main");
          stream.read();
          stream.finish();
          writer.flush();
        }
        assertEquals(List.of(), new TraceCheck(directory, 9).faults(), "cut after record " + i);
        LeftOvers.remove(directory);
        cuts++;
      }
    }
    System.out.println("reliability: cut streams of the capture tool: inputs=" + cuts);
  }

  private static byte[] changed(byte[] whole, SplittableRandom random) {
    List<Integer> starts = records(whole);
    // A piece of some records, so that a change is likely to be somewhere that matters.
    int from = random.nextInt(4) == 0 ? 0 : starts.get(random.nextInt(starts.size()));
    byte[] bytes =
        Arrays.copyOfRange(
            whole, from, Math.min(whole.length, from + 1 + random.nextInt(MOST_BYTES)));
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(bytes.length);
      int word = at & ~3;
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        default -> {
          int[] odd = {0, -1, 1, 17, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE, 4095};
          if (word + 4 <= bytes.length) {
            words.putInt(word, odd[random.nextInt(odd.length)]);
          }
        }
      }
    }
    return bytes;
  }
}
