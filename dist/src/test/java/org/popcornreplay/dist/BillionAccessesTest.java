package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A long program is recorded and replayed in a heap of a fixed size, and takes no more memory than
 * one a tenth as long. {@code -Dreliability.increments=130000000} makes it a billion accesses.
 */
@Tag("end-to-end")
@Tag("reliability")
final class BillionAccessesTest {
  private static final long INCREMENTS = Long.getLong("reliability.increments", 1_000_000);
  private static final int THREADS = 4;
  private static final int ACCESSES_AN_INCREMENT = 2;
  private static final String SMALL_HEAP = "-Xmx192m";
  private static final long HEAP_KIB = 192 << 10;
  private static final long MOST_KIB = 512 << 10;
  private static final long PATIENCE_MINUTES = 60;

  @TempDir Path folder;

  /** A command's results and the most memory that it and what it started held. */
  private record Run(String stdout, long javaKib, long childrenKib) {}

  private static long peakKib(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException | java.io.UncheckedIOException e) {
      return 0; // gone
    }
  }

  private Run run(String launcher, Object... arguments) throws Exception {
    List<String> words =
        Stream.concat(
                Stream.of(Shell.home().resolve("bin/" + launcher).toString()),
                Stream.of(arguments).map(Object::toString))
            .toList();
    ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
    builder.environment().put("POPCORN_JAVA_OPTS", SMALL_HEAP);
    Path out = folder.resolve("out");
    builder.redirectOutput(out.toFile()).redirectError(folder.resolve("err").toFile());
    Process process = builder.start();
    long javaKib = 0;
    long childrenKib = 0;
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
    while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
      assertTrue(System.nanoTime() < deadline, "hung: " + words);
      javaKib = Math.max(javaKib, peakKib(process.pid()));
      for (ProcessHandle child : process.descendants().toList()) {
        childrenKib = Math.max(childrenKib, peakKib(child.pid()));
      }
    }
    assertEquals(0, process.exitValue(), Files.readString(folder.resolve("err")));
    return new Run(Files.readString(out), javaKib, childrenKib);
  }

  /** Records and replays so many increments of each thread. */
  private Run[] both(long increments) throws Exception {
    Path trace = folder.resolve("t" + increments + ".ptrace");
    Run recorded =
        run(
            "popcorn-trace",
            "record",
            "-q",
            "-o",
            trace,
            "--",
            folder.resolve("counters"),
            "packed",
            THREADS,
            increments);
    assertEquals(THREADS * increments + "\n", recorded.stdout());
    Run replayed =
        run(
            "popcorn-replay",
            "--nodes",
            THREADS,
            "--placement",
            "round-robin",
            "--json",
            "-q",
            trace);
    Run info = run("popcorn-trace", "info", "--json", trace);
    ObjectMapper json = new ObjectMapper();
    JsonNode recording = json.readTree(info.stdout());
    long accesses = recording.get("reads").asLong() + recording.get("writes").asLong();
    assertTrue(accesses >= THREADS * ACCESSES_AN_INCREMENT * increments, info.stdout());
    // The replay adds what the kernel did in system calls.
    assertTrue(json.readTree(replayed.stdout()).get("accesses").asLong() >= accesses);
    Figures.say(
        "a long program, " + increments + " increments by each of " + THREADS + " threads",
        "accesses recorded and replayed=%d, on disk %d bytes, peak memory: recorder %.0f MiB,"
            + " program under capture %.0f MiB, replay %.0f MiB, heap limit 192 MiB",
        accesses,
        recording.get("bytes_on_disk").asLong(),
        recorded.javaKib() / 1024.0,
        recorded.childrenKib() / 1024.0,
        replayed.javaKib() / 1024.0);
    return new Run[] {recorded, replayed};
  }

  @Test
  void tenTimesTheAccessesTakeNoMoreMemory() throws Exception {
    Shell.compile("counters", folder);
    Run[] small = both(INCREMENTS / 10);
    Run[] large = both(INCREMENTS);
    for (int i = 0; i < 2; i++) {
      assertTrue(large[i].javaKib() < MOST_KIB, large[i].javaKib() + " KiB");
      // A heap may be used up to its limit before it is collected.
      assertTrue(
          large[i].javaKib() < small[i].javaKib() + HEAP_KIB,
          large[i].javaKib() + " KiB, of a tenth " + small[i].javaKib() + " KiB");
    }
    assertTrue(
        large[0].childrenKib() < small[0].childrenKib() * 5 / 4 + (16 << 10),
        large[0].childrenKib() + " KiB, of a tenth " + small[0].childrenKib() + " KiB");
  }
}
