package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** The end of the program's stream. */
class CapturedProgramTest {
  @TempDir Path folder;

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
  void theStreamOfAToolThatDiedBeforeItOpenedItIsEmpty() throws Exception {
    Path pipe = folder.resolve("stream");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    CapturedProgram program = CapturedProgram.start(new ProcessBuilder("false"), pipe);
    assertEquals(1, program.await());
    Thread.sleep(500); // the recorder may be as late as this
    try (FileChannel stream = program.openStream()) {
      assertEquals(-1, stream.read(ByteBuffer.allocate(16)));
    }
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
  void theStreamEndsWithWhatTheToolWroteBeforeItDied() throws Exception {
    Path pipe = folder.resolve("stream");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    ProcessBuilder tool = new ProcessBuilder("sh", "-c", "printf abc >'" + pipe + "'; exit 3");
    CapturedProgram program = CapturedProgram.start(tool, pipe);
    try (FileChannel stream = program.openStream()) {
      assertEquals(3, program.await());
      ByteBuffer bytes = ByteBuffer.allocate(16);
      while (stream.read(bytes) >= 0) {
        // up to the end
      }
      assertEquals(3, bytes.position());
    }
  }
}
