package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LowPriorityTest {
  @Test
  void nicenessIsFoundBehindAnyProgramName() throws Exception {
    Process sleeper = new ProcessBuilder("nice", "-n", "7", "sleep", "60").start();
    try {
      Path stat = Path.of("/proc/" + sleeper.pid() + "/stat");
      for (int i = 0; i < 500 && !Files.readString(stat).contains("(sleep)"); i++) {
        TimeUnit.MILLISECONDS.sleep(10); // not yet what nice executes
      }
      int own = LowPriority.niceness(Files.readString(Path.of("/proc/self/stat")));
      String found = Files.readString(stat);
      assertEquals(Math.min(19, own + 7), LowPriority.niceness(found));
      assertEquals(
          Math.min(19, own + 7), LowPriority.niceness(found.replace("(sleep)", "(a ) (b 1 2)")));
    } finally {
      sleeper.destroy();
    }
  }
}
