package org.popcornreplay.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.analysis.SqlCommand;
import org.popcornreplay.replay.ReplayCommand;
import org.popcornreplay.reports.ReportCommand;
import org.popcornreplay.tracer.TraceCommand;
import org.popcornreplay.traces.cli.LeftOvers;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Every option of every command with values that nobody means: a result, or one line that names the
 * option and the value, with exit code 2 (3 where it is a file). {@code
 * -Dpopcorn.fuzz.options=9000} runs longer.
 */
@Tag("end-to-end")
@Tag("reliability")
final class MutatedOptionsTest {
  private static final int INPUTS = Integer.getInteger("popcorn.fuzz.options", 400);
  private static final long SEED = Long.getLong("popcorn.fuzz.seed", 20261128L);
  private static final String[] VALUES = {
    "",
    " ",
    "-1",
    "x",
    "-",
    "--",
    "99999999999999999999",
    "1e9",
    "0x",
    "1.5",
    "NaN",
    "\uff12",
    "%s",
    "a\nb",
    "\u001b[2J",
    "'",
    "\"",
    "no such",
    "=",
    "=1",
    "A=",
    "node.0.cores=x",
    "node.9-1.speed=2",
    "FUTEX_LIMIT=maybe",
    "link.latency=-1",
    "link.latency=soon",
    "file:",
    "file:/",
    "file:/dev/null",
    "1/0",
    "x/99999999999",
    "-9223372036854775809",
    "0"
  };

  @TempDir Path folder;

  /** A command with words that make it work where no option is wrong. */
  private record Target(
      CommandLine model,
      String subcommand,
      Function<Object[], Shell.Result> runner,
      List<String> words) {
    List<OptionSpec> options() {
      CommandLine line = subcommand == null ? model : model.getSubcommands().get(subcommand);
      return line.getCommandSpec().options().stream()
          .filter(option -> !option.usageHelp() && !option.versionHelp())
          .filter(option -> !option.longestName().equals("--debug"))
          .toList();
    }
  }

  private List<Target> targets() {
    Path trace = folder.resolve("t.ptrace");
    Path full = folder.resolve("full.ptrace");
    Path store = folder.resolve("s.duckdb");
    InProcess.trace("generate", "lock", "--rounds", 5, "-o", trace);
    InProcess.trace("generate", "lock", "--rounds", 5, "--detail", "full", "-o", full);
    assertEquals(0, InProcess.replay("-q", "--nodes", 2, "-o", store, trace).exitCode());
    CommandLine traces = new CommandLine(new TraceCommand());
    CommandLine replays = new CommandLine(new ReplayCommand());
    CommandLine queries = new CommandLine(new SqlCommand(System.out));
    CommandLine reports = new CommandLine(new ReportCommand());
    String t = trace.toString();
    String out = folder.resolve("out").toString();
    List<Target> all = new ArrayList<>();
    all.add(new Target(traces, "info", InProcess::trace, List.of(t)));
    all.add(new Target(traces, "dump", InProcess::trace, List.of(t)));
    all.add(new Target(traces, "check", InProcess::trace, List.of(t)));
    all.add(new Target(traces, "reduce", InProcess::trace, List.of(full.toString(), "-o", out)));
    all.add(
        new Target(
            traces, "generate", InProcess::trace, List.of("lock", "--rounds", "3", "-o", out)));
    all.add(new Target(traces, "import", InProcess::trace, List.of("--from", "pat", t, "-o", out)));
    all.add(new Target(traces, "export", InProcess::trace, List.of("--to", "pat", t, "-o", out)));
    all.add(new Target(traces, "record", InProcess::trace, List.of("/no/such/program")));
    all.add(new Target(replays, null, InProcess::replay, List.of("--nodes", "2", t)));
    all.add(new Target(replays, "profiles", InProcess::replay, List.of()));
    all.add(new Target(replays, "litmus", InProcess::replay, List.of("/no/such/file")));
    all.add(new Target(queries, null, InProcess::sql, List.of(store.toString(), "summary")));
    all.add(new Target(reports, null, InProcess::report, List.of(t + "/no-store", "-o", out)));
    return all;
  }

  @Test
  void aValueThatNobodyMeans() throws IOException {
    List<Target> targets = targets();
    int[] ends = new int[5];
    for (int i = 0; i < INPUTS; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      Target target = targets.get(random.nextInt(targets.size()));
      List<OptionSpec> options = target.options();
      List<String> words = new ArrayList<>();
      if (target.subcommand() != null) {
        words.add(target.subcommand());
      }
      List<String> values = new ArrayList<>();
      List<OptionSpec> chosen = new ArrayList<>();
      for (int n = 1 + random.nextInt(2); n > 0 && !options.isEmpty(); n--) {
        OptionSpec option = options.get(random.nextInt(options.size()));
        String value = VALUES[random.nextInt(VALUES.length)];
        if (isPath(option)) {
          continue; // what may be written where is tested elsewhere
        }
        chosen.add(option);
        values.add(value);
        words.add(
            option.arity().max() == 0 ? option.longestName() : option.longestName() + "=" + value);
      }
      words.addAll(target.words());
      LeftOvers.remove(folder.resolve("out"));
      Shell.Result result = target.runner().apply(words.toArray());
      String what = "seed " + (SEED + i) + " " + words + ": exit " + result.exitCode();
      int code = result.exitCode();
      assertTrue(code >= 0 && code <= 4, what + ": " + result.stderr());
      assertFalse(
          result.stderr().matches("(?s).*(Exception|\\.java:|\tat ).*"), what + result.stderr());
      if (code == 2) {
        assertEquals(1, result.stderr().lines().count(), what + ": " + result.stderr());
        assertTrue(
            chosen.isEmpty() || namesOne(result.stderr(), chosen, values),
            what + " does not name option and value: " + result.stderr());
      }
      ends[code]++;
    }
    Figures.say(
        "options with values that nobody means",
        "inputs=%d (done %d, \"no\" %d, refused in one line %d, input refused in one line %d)",
        INPUTS,
        ends[0],
        ends[1],
        ends[2],
        ends[3]);
    assertTrue(ends[2] > INPUTS / 5, Arrays.toString(ends));
  }

  private static boolean isPath(OptionSpec option) {
    return option.type() == Path.class;
  }

  /** Whether the line names one of the options, or what takes its place. */
  private static boolean namesOne(String line, List<OptionSpec> options, List<String> values) {
    for (int i = 0; i < options.size(); i++) {
      OptionSpec option = options.get(i);
      boolean named = Arrays.stream(option.names()).anyMatch(line::contains);
      String value = values.get(i).strip().replace("\n", " ");
      String shown = line.replaceAll("\\s+", " ");
      if (named || (!value.isEmpty() && shown.contains(value))) {
        return true;
      }
    }
    return line.contains("mutually exclusive");
  }
}
