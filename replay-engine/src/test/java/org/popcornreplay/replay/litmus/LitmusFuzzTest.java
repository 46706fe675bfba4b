package org.popcornreplay.replay.litmus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever stands in a file, it is refused with a line number or runs to an end. */
@Tag("reliability")
class LitmusFuzzTest {
  private static final int RUNS = Integer.getInteger("litmus.fuzz.runs", 4_000);

  private static final long SEED = Long.getLong("litmus.fuzz.seed", 20_261_124);

  private static final String[] WORDS = {
    "0",
    "1",
    "2",
    "3",
    "-1",
    "40",
    "1024",
    "{0}",
    "{1}",
    "{0,1}",
    "{}",
    "P",
    "P[1]",
    "P[0..3]",
    "Q",
    "H",
    "T0",
    "T1",
    "T2",
    "A",
    "nobody",
    "on",
    "tid",
    "@",
    "->",
    "BUG",
    "HANG",
    "EINVAL",
    "SIGSEGV",
    "read",
    "write",
    "migrate",
    "munmap",
    "mmap",
    "mremap",
    "mprotect",
    "brk",
    "exit",
    "exit-group",
    "futex-wait",
    "futex-wake",
    "futex-wait-stale",
    "madvise-dontneed",
    "madvise-release",
    "anon",
    "file-private",
    "file-shared",
    "r",
    "rw",
    "rx",
    "10us",
    "1s",
    "none",
    "do",
    "together",
    "end",
    "expect",
    "rdma",
    "option",
    "BRK",
    "4.4",
    "*",
    "\\",
    "#"
  };

  private static final String[] LINES = {
    "do T0 write P",
    "do T1 write P",
    "do T0 read P",
    "do T1 read P",
    "do T2 write P[1]",
    "do T1 migrate 0",
    "do T0 migrate 1",
    "do T1 munmap P",
    "do T0 munmap P",
    "do T1 mprotect P r",
    "do T0 mprotect P rw",
    "do T1 madvise-dontneed P",
    "do T1 madvise-release P",
    "do T0 madvise-release P",
    "do T0 madvise-dontneed P",
    "do T1 exit",
    "do T0 exit",
    "do T1 exit-group",
    "do T0 exit-group",
    "do T1 mremap P 3",
    "do T0 mremap P 1",
    "do T1 brk P 2",
    "do T0 brk P 3",
    "do T1 futex-wait P",
    "do T0 futex-wait P",
    "do T0 futex-wake P 2",
    "do T1 futex-wake P 1",
    "do T1 compute 70us",
    "do T1 mmap P anon rw 2",
    "do T0 mmap P anon r 1",
    "option VMA_COHERENCE full",
    "option ZERO_PAGE_GRANT on",
    "option COALESCE_RR on",
    "option FORWARDING on",
    "option EXIT clean",
    "option RDMA_CREDIT_LEAK off",
    "option FUTEX_LIMIT none",
    "profile ideal",
    "profile tcp-1g",
    "option PROGRESS RACY(0.5)",
    "option WRITER_POLICY fair",
    "transport rdma",
    "thread T1 on 1",
    "thread T2 on 2",
    "thread T0 tid P",
    "warm P 1 2",
    "owners P {1}",
    "owners P {0,2}",
    "together",
    "end"
  };

  @Test
  void mutatedFilesEndWithAVerdictOrALineNumber() throws Exception {
    List<List<String>> files = new ArrayList<>();
    for (Path file : LitmusFilesTest.files()) {
      files.add(Files.readAllLines(file));
    }
    SplittableRandom random = new SplittableRandom(SEED);
    int ran = 0;
    for (int i = 0; i < RUNS; i++) {
      String text = mutate(files, random);
      ran += run(text) ? 1 : 0;
    }
    System.out.println(
        "reliability: changed litmus files: inputs="
            + RUNS
            + " (ran "
            + ran
            + ", refused in one line "
            + (RUNS - ran)
            + ")");
    assertTrue(ran > RUNS / 10, "only " + ran + " of " + RUNS + " files could be parsed");
  }

  private static boolean run(String text) {
    Scenario scenario;
    try {
      scenario = LitmusParser.parse("mutated", text.getBytes(UTF_8));
    } catch (SyntaxException e) {
      assertTrue(e.line() >= 1 && e.getMessage().contains("expected"), e.getMessage());
      return false;
    } catch (RuntimeException e) {
      return fail(text, e);
    }
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          try {
            ScenarioRun.run(scenario);
          } catch (RuntimeException | StackOverflowError e) {
            fail(text, e);
          }
        },
        () -> text);
    return true;
  }

  private static String mutate(List<List<String>> files, SplittableRandom random) {
    List<String> lines = new ArrayList<>(files.get(random.nextInt(files.size())));
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && !lines.isEmpty(); i++) {
      int at = random.nextInt(lines.size());
      switch (random.nextInt(7)) {
        case 0 -> lines.remove(at);
        case 1 -> lines.add(at, lines.get(random.nextInt(lines.size())));
        case 2, 3, 4 -> lines.add(at, LINES[random.nextInt(LINES.length)]);
        case 5 -> lines.set(at, withOtherWord(lines.get(at), random));
        default -> {
          List<String> other = files.get(random.nextInt(files.size()));
          lines.add(at, other.get(random.nextInt(other.size())));
        }
      }
    }
    return String.join("\n", lines);
  }

  private static String withOtherWord(String line, SplittableRandom random) {
    String[] words = line.split(" ", -1);
    words[random.nextInt(words.length)] = WORDS[random.nextInt(WORDS.length)];
    return String.join(" ", words);
  }
}
