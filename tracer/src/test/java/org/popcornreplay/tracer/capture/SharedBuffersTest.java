package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.TraceWriter;

/** What goes through the memory that recorder and capture tool share. */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedBuffersTest {
  private static final int PAGES = 2048;
  private static final int HEAD_BYTES = 4096;
  private static final int BUFFER_BYTES = 1 << 18;

  @TempDir Path folder;

  private final Path place = SharedBuffers.place();

  @BeforeEach
  void systemHasFilesInMemory() throws IOException {
    assumeTrue(hasFilesInMemory());
  }

  static boolean hasFilesInMemory() throws IOException {
    Path memory = SharedBuffers.place().getParent();
    return Files.isWritable(memory) && Files.getFileStore(memory).type().equals("tmpfs");
  }

  private CapturedProgram start(CaptureOptions options, CaptureTool tool, String... words)
      throws IOException, InterruptedException {
    Path pipe = folder.resolve("stream");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    return CapturedProgram.start(
        CapturedProgram.underTool(tool, options, folder, place, List.of(words)), pipe);
  }

  private static CaptureOptions options() {
    return new CaptureOptions(false, 10_000, "auto", 8, -1, 0);
  }

  private void await(Path file) throws InterruptedException {
    while (!Files.exists(file)) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Test
  void whatAKilledProgramRecordedIsReadToItsEnd() throws Exception {
    Path done = folder.resolve("done");
    CaptureTool tool = CaptureTool.prepare();
    String program = new Recorder(folder).compile("pages.c").toString();
    SharedBuffers buffers = SharedBuffers.create(place);
    CapturedProgram running = start(options(), tool, program, done.toString(), "900", "stay");
    try (buffers;
        FileChannel pipe = running.openStream();
        TraceWriter writer = TraceWriter.create(folder.resolve("t"), options().manifest(tool))) {
      await(done);
      ProcessHandle.of(running.pid()).orElseThrow().destroyForcibly();
      assertEquals(137, running.await());
      CaptureStream capture = new CaptureStream(buffers.over(pipe), writer, "main");
      capture.read();
      assertFalse(capture.ended());
      assertTrue(capture.accesses() >= 900L * PAGES * 2, "accesses=" + capture.accesses());
    }
    assertFalse(Files.exists(place));
  }

  /** Its rows take more than all buffers: the program waits for the recorder, and goes on. */
  @Test
  void moreThanTheBuffersHoldComesThroughInOrder() throws Exception {
    int rounds = 4500;
    Path done = folder.resolve("done");
    CaptureTool tool = CaptureTool.prepare();
    String program = new Recorder(folder).compile("pages.c").toString();
    SharedBuffers buffers = SharedBuffers.create(place);
    CapturedProgram running =
        start(options(), tool, program, done.toString(), Integer.toString(rounds));
    try (buffers;
        FileChannel pipe = running.openStream();
        TraceWriter writer = TraceWriter.create(folder.resolve("t"), options().manifest(tool))) {
      TimeUnit.SECONDS.sleep(2); // so that they fill up; without it the test is weaker, not wrong
      CaptureStream capture = new CaptureStream(buffers.over(pipe), writer, "main");
      capture.read();
      assertTrue(capture.ended());
      assertTrue(capture.accesses() >= (long) rounds * PAGES * 2, "accesses=" + capture.accesses());
      assertEquals(0, running.await());
    }
  }

  @Test
  void whereThereAreNoBuffersTheStreamComesThroughThePipe() throws Exception {
    CaptureTool tool = CaptureTool.prepare();
    String program = new Recorder(folder).compile("pages.c").toString();
    CapturedProgram running =
        start(options(), tool, program, folder.resolve("done").toString(), "300");
    SharedBuffers none = SharedBuffers.create(Path.of("/proc/no-such-file"));
    try (none;
        FileChannel pipe = running.openStream();
        TraceWriter writer = TraceWriter.create(folder.resolve("t"), options().manifest(tool))) {
      assertSame(pipe, none.over(pipe));
      CaptureStream capture = new CaptureStream(none.over(pipe), writer, "main");
      capture.read();
      assertTrue(capture.ended());
      assertTrue(capture.accesses() >= 300L * PAGES * 2, "accesses=" + capture.accesses());
      assertEquals(0, running.await());
    }
  }

  /** What the pipe says where it holds a stream, or bells, and then ends. */
  private static ReadableByteChannel pipe(String text) {
    return Channels.newChannel(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String read(ReadableByteChannel stream) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    while (stream.read(bytes) >= 0) {
      assertTrue(bytes.hasRemaining());
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
  }

  private static void put(FileChannel memory, long at, int... numbers) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int number : numbers) {
      bytes.putInt(number);
    }
    memory.write(bytes.flip(), at);
  }

  private static long buffer(int number) {
    return HEAD_BYTES + (long) number * BUFFER_BYTES;
  }

  @Test
  void buffersAreReadInTheOrderThatTheyNameAndThenWhatIsWholeOfTheLast() throws IOException {
    try (SharedBuffers buffers = SharedBuffers.create(place);
        FileChannel memory = FileChannel.open(place, StandardOpenOption.WRITE)) {
      put(memory, 0, 1);
      put(memory, 64, 2);
      put(memory, buffer(0), 3, 7);
      memory.write(ByteBuffer.wrap(new byte[] {'a', 'b', 'c'}), buffer(0) + 8);
      put(memory, buffer(7), 2, 4);
      memory.write(ByteBuffer.wrap(new byte[] {'d', 'e', 'x'}), buffer(7) + 8);
      put(memory, buffer(4), 1, 0);
      memory.write(ByteBuffer.wrap(new byte[] {'f', 'x'}), buffer(4) + 8);
      assertEquals("abcdef", read(buffers.over(pipe("!"))));
    }
    assertFalse(Files.exists(place));
  }

  @Test
  void whereTheToolDoesNotUseThemThePipeIsTheStream() throws IOException {
    try (SharedBuffers buffers = SharedBuffers.create(place)) {
      assertEquals("a stream", read(buffers.over(pipe("a stream"))));
    }
    try (SharedBuffers buffers = SharedBuffers.create(place)) {
      assertEquals("", read(buffers.over(pipe(""))));
    }
  }

  @Test
  void numbersThatCannotBeAreRefusedInOneLine() throws IOException {
    for (int[] wrong : new int[][] {{BUFFER_BYTES, 0}, {-1, 0}, {1, 512}, {1, -1}}) {
      try (SharedBuffers buffers = SharedBuffers.create(place);
          FileChannel memory = FileChannel.open(place, StandardOpenOption.WRITE)) {
        put(memory, 0, 1);
        put(memory, 64, 1);
        put(memory, buffer(0), wrong);
        IOException e =
            assertThrows(IOException.class, () -> read(buffers.over(pipe("!"))), "" + wrong[0]);
        assertTrue(e.getMessage().startsWith("capture stream: buffer"), e.getMessage());
      }
    }
  }

  @Test
  void whatAKilledRecordingLeftGoesAtTheNextStart() throws IOException {
    Path left = place.resolveSibling("popcorn-trace-999999999-left");
    Files.createFile(left);
    SharedBuffers.create(place).close();
    assertFalse(Files.exists(left));
  }
}
