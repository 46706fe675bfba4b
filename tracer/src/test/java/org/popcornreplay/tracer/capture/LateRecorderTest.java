package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.TraceWriter;

/** What the recorder is late with waits in shared buffers, and nothing of it is lost. */
class LateRecorderTest {
  private static final long ACCESSES = 300L * 2048 * 2;

  @TempDir Path folder;

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void theProgramGoesOnWhileItsRecorderIsLate() throws Exception {
    assumeTrue(SharedBuffersTest.hasFilesInMemory());
    Path pipe = folder.resolve("stream");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Path done = folder.resolve("done");
    CaptureTool tool = CaptureTool.prepare();
    CaptureOptions options = new CaptureOptions(false, 10_000, "auto", 8, -1, 0);
    List<String> words =
        List.of(new Recorder(folder).compile("pages.c").toString(), done.toString());
    Path place = SharedBuffers.place();
    SharedBuffers buffers = SharedBuffers.create(place);
    CapturedProgram program =
        CapturedProgram.start(CapturedProgram.underTool(tool, options, folder, place, words), pipe);
    try (buffers;
        FileChannel stream = program.openStream();
        TraceWriter writer = TraceWriter.create(folder.resolve("t"), options.manifest(tool))) {
      while (!Files.exists(done)) {
        TimeUnit.MILLISECONDS.sleep(10); // up to the time limit: nobody reads
      }
      CaptureStream capture = new CaptureStream(buffers.over(stream), writer, "main");
      capture.read();
      assertTrue(capture.ended());
      assertTrue(capture.accesses() >= ACCESSES, "accesses=" + capture.accesses());
      assertEquals(0, program.await());
    }
  }
}
