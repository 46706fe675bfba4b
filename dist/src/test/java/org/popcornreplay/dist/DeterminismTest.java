package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same trace, options and seed give the same store: again, on another JDK, in another locale
 * and time zone, and beside others that want the processor.
 */
@Tag("end-to-end")
@Tag("reliability")
final class DeterminismTest {
  private static final Path OTHER_JDK = otherJdk();

  @TempDir Path folder;

  /** A JDK other than the one that runs this test, or null. */
  private static Path otherJdk() {
    Path own = Path.of(System.getProperty("java.home"));
    try (Stream<Path> all = Files.list(Path.of("/usr/lib/jvm"))) {
      return all.filter(
              jdk ->
                  jdk.getFileName().toString().contains("25")
                      && Files.isExecutable(jdk.resolve("bin/java"))
                      && !jdk.equals(own))
          .sorted()
          .findFirst()
          .orElse(null);
    } catch (IOException e) {
      return null;
    }
  }

  private Map<String, Map<String, String>> surroundings() {
    Map<String, Map<String, String>> all = new LinkedHashMap<>();
    all.put("again", Map.of());
    if (OTHER_JDK != null) {
      all.put("on " + OTHER_JDK.getFileName(), Map.of("JAVA_HOME", OTHER_JDK.toString()));
    }
    all.put(
        "in Turkish, in Kathmandu",
        Map.of(
            "TZ",
            "Asia/Kathmandu",
            "JAVA_TOOL_OPTIONS",
            "-Duser.language=tr -Duser.country=TR -Dfile.encoding=ISO-8859-9"));
    all.put("with one processor", Map.of("POPCORN_JAVA_OPTS", "-XX:ActiveProcessorCount=1"));
    return all;
  }

  private Path record() {
    Path trace = folder.resolve("ledger.ptrace");
    Path ledger = Shell.compile("ledger", folder);
    Shell.Result result = Shell.popcorn("popcorn-trace", "record", "-q", "-o", trace, "--", ledger);
    assertEquals(0, result.exitCode(), result.stderr());
    return trace;
  }

  private static List<List<String>> requests() {
    List<List<String>> all = new ArrayList<>();
    all.add(List.of("--nodes", "4", "--placement", "round-robin", "--seed", "7"));
    if (Figures.isLong()) {
      all.add(List.of("--nodes", "2", "--profile", "tcp-10g"));
      all.add(List.of("--nodes", "8", "--transport", "rdma", "--profile", "dex-ib56"));
      all.add(List.of("--nodes", "3", "--order", "recorded", "--page-size", "1024"));
    }
    return all;
  }

  private String hash(Path trace, Path store, List<String> request, Map<String, String> in) {
    List<String> words = new ArrayList<>();
    words.add(Shell.home().resolve("bin/popcorn-replay").toString());
    words.addAll(List.of("-q", "-o", store.toString()));
    words.addAll(request);
    words.add(trace.toString());
    Shell.Result result = Shell.run(folder, new byte[0], in, words);
    assertEquals(0, result.exitCode(), result.stderr());
    Shell.Result hashed = Shell.popcorn("popcorn-sql", store, "--content-hash");
    assertEquals(0, hashed.exitCode(), hashed.stderr());
    String line = hashed.stdout().strip();
    assertTrue(line.matches("run 1 [0-9a-f]{32}"), line);
    return line;
  }

  @Test
  void theStoreIsTheSameWhereverAndWheneverItIsMade() {
    Path trace = record();
    int compared = 0;
    int number = 0;
    for (List<String> request : requests()) {
      String expected = hash(trace, folder.resolve("s" + number++), request, Map.of());
      for (Map.Entry<String, Map<String, String>> other : surroundings().entrySet()) {
        String hash = hash(trace, folder.resolve("s" + number++), request, other.getValue());
        assertEquals(expected, hash, other.getKey());
        compared++;
      }
      // Under load: four at once.
      List<Integer> numbers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        numbers.add(number++);
      }
      List<String> hashes =
          numbers.parallelStream()
              .map(n -> hash(trace, folder.resolve("s" + n), request, Map.of()))
              .toList();
      for (String hash : hashes) {
        assertEquals(expected, hash, "four at once");
        compared++;
      }
    }
    Figures.say(
        "determinism",
        "hashes compared=%d all equal (requests %d, surroundings %d and four at once%s)",
        compared,
        requests().size(),
        surroundings().size(),
        OTHER_JDK == null ? ", no second JDK here" : "");
  }
}
