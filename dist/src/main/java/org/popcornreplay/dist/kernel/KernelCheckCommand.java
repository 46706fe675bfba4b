package org.popcornreplay.dist.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.popcornreplay.replay.ReplayCommand;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.CommandFrame;
import org.popcornreplay.traces.cli.ExitCode;
import org.popcornreplay.traces.cli.ProjectVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench/kernel-check}: are the messages of our replays those of the real kernel? */
@Command(
    name = "kernel-check",
    mixinStandardHelpOptions = true,
    versionProvider = ProjectVersion.class,
    description =
        "Records each program that a real Popcorn kernel ran, replays it, and compares the messages.")
public final class KernelCheckCommand implements Callable<Integer> {
  @Option(
      names = "--oracle",
      required = true,
      paramLabel = "DIR",
      description = "The kernel's figures: programs.csv, runs/*.json and the binary 'oracle'.")
  private Path oracle;

  @Option(
      names = "--home",
      required = true,
      paramLabel = "DIR",
      description = "Folder with bin/popcorn-trace.")
  private Path home;

  @Option(
      names = "--work",
      required = true,
      paramLabel = "DIR",
      description = "Where recordings are kept between calls.")
  private Path work;

  @Option(names = "--only", paramLabel = "REGEX", description = "Only files whose name matches.")
  private String only = ".*";

  @Option(
      names = "--seeds",
      defaultValue = "20",
      description =
          "Replays of a program whose counts vary on the kernel (default ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--latencies",
      description = "Print from the kernel's event lists what profile oracle-vm is derived from.")
  private boolean latencies;

  @Option(
      names = "--profile",
      paramLabel = "NAME|FILE",
      defaultValue = "oracle-vm",
      description = "Another profile for all replays (default ${DEFAULT-VALUE}).")
  private String profile;

  @Option(names = "--markdown", description = "Print the table as Markdown.")
  private boolean markdown;

  /** Read by the frame around every command. */
  @SuppressWarnings("UnusedVariable")
  @Option(names = "--debug", description = "Show stack traces.")
  private boolean debug;

  /** Runs the comparison. */
  public static void main(String[] args) {
    System.exit(CommandFrame.execute(new KernelCheckCommand(), args));
  }

  @Override
  public Integer call() {
    if (latencies) {
      KernelLatencies.print(oracle, System.out);
      return ExitCode.DONE;
    }
    Pattern wanted = Pattern.compile(only);
    List<KernelRow> rows = new ArrayList<>(KernelRow.readAll(oracle));
    List<KernelRow> all = List.copyOf(rows);
    // Where counts vary, the machines without Nagle's stalls are the reference.
    rows.removeIf(row -> !row.exact() && !row.noDelay() && hasNoDelayTwin(row, all));
    rows.removeIf(row -> !wanted.matcher(row.file()).find());
    if (rows.isEmpty()) {
      throw CommandException.usage("--only=" + only + ", expected to match a file of programs.csv");
    }
    Recorder recorder = new Recorder(home, work);
    int equal = 0;
    int within = 0;
    int explained = 0;
    int differing = 0;
    ExplainedDifferences reasons = ExplainedDifferences.load();
    line("file", "nodes", "kernel messages", "replayed", "verdict");
    if (markdown) {
      System.out.println("| --- | --- | --- | --- | --- |");
    }
    for (KernelRow row : rows) {
      Path trace = recorder.trace(oracle.resolve("oracle").toAbsolutePath(), row.arguments());
      KernelCounts actions = new KernelCounts();
      Verdict verdict = Verdict.of(row, replay(row, trace, actions));
      Optional<String> reason = verdict.holds() ? Optional.empty() : reasons.reason(verdict);
      long[] kernel = row.counts().totals();
      long[] ours = verdict.replayed().totals();
      line(
          row.file().replace(".json", ""),
          Integer.toString(row.nodes()),
          range(kernel),
          range(ours),
          reason.isPresent() ? "explained" : verdict.word());
      if (!verdict.holds()) {
        FirstDifference first =
            FirstDifference.of(oracle, work, row, replayArguments(row, trace, 1));
        for (int i = 0; i < verdict.differences().size(); i++) {
          System.out.println("    " + verdict.differences().get(i));
          System.out.println("      " + first.line(verdict.differingMessages().get(i)));
        }
      }
      if (!row.exact()) {
        actions(row, actions);
      }
      reason.ifPresent(text -> System.out.println("    because: " + text));
      if (reason.isPresent()) {
        explained++;
      } else if (!verdict.holds()) {
        differing++;
      } else if (row.exact()) {
        equal++;
      } else {
        within++;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%n%d equal, %d within, %d explained, %d differ%n",
        equal,
        within,
        explained,
        differing);
    return differing == 0 ? ExitCode.DONE : ExitCode.ANSWER_IS_NO;
  }

  private static boolean hasNoDelayTwin(KernelRow row, List<KernelRow> all) {
    return all.stream()
        .anyMatch(
            other ->
                other.noDelay()
                    && other.nodes() == row.nodes()
                    && other.arguments().get(0).equals(row.arguments().get(0)));
  }

  private static String range(long[] totals) {
    return totals[0] == totals[2]
        ? Long.toString(totals[0])
        : totals[0] + " / " + totals[1] + " / " + totals[2];
  }

  private void line(String... columns) {
    System.out.println(
        markdown
            ? "| " + String.join(" | ", columns) + " |"
            : String.format(Locale.ROOT, "%-36s %5s  %-20s %-20s %s", (Object[]) columns));
  }

  /**
   * What the kernel counts of itself in /proc/popcorn_stat, beside ours: no verdict hangs on it.
   */
  private static void actions(KernelRow row, KernelCounts ours) {
    SortedSet<String> keys = new TreeSet<>(row.actions().keys());
    keys.addAll(ours.keys());
    List<String> words = new ArrayList<>();
    for (String key : keys) {
      words.add(
          String.format(
              Locale.ROOT,
              "node %s [%s] %d (%d to %d)",
              key.substring(0, key.indexOf(' ')),
              key.substring(key.indexOf(' ') + 1),
              ours.median(key),
              row.actions().min(key),
              row.actions().max(key)));
    }
    System.out.println("    fault-handle actions, ours (kernel): " + String.join(", ", words));
  }

  private KernelCounts replay(KernelRow row, Path trace, KernelCounts actions) {
    KernelCounts counts = new KernelCounts();
    for (int seed = 1; seed <= (row.exact() ? 1 : seeds); seed++) {
      counts.beginRun();
      actions.beginRun();
      JsonNode result = replay(row, trace, seed, actions);
      for (Map.Entry<String, JsonNode> direction : result.path("messages").properties()) {
        for (Map.Entry<String, JsonNode> type : direction.getValue().properties()) {
          counts.add(
              direction.getKey(),
              type.getKey(),
              type.getValue().get(0).asLong(),
              type.getValue().get(1).asLong());
        }
      }
    }
    counts.endRuns();
    actions.endRuns();
    return counts;
  }

  private List<String> replayArguments(KernelRow row, Path trace, int seed) {
    return List.of(
        "--nodes",
        Integer.toString(row.nodes()),
        "--cores",
        Integer.toString(row.cpus()),
        "--placement",
        "trace",
        "--profile",
        profile,
        "--seed",
        Integer.toString(seed),
        "--json",
        "--quiet",
        trace.toString());
  }

  private JsonNode replay(KernelRow row, Path trace, int seed, KernelCounts actions) {
    List<String> words = new ArrayList<>(replayArguments(row, trace, seed));
    words.add("--popcorn-stat");
    String[] arguments = words.toArray(String[]::new);
    Output output = Output.captured(() -> CommandFrame.execute(new ReplayCommand(), arguments));
    try {
      JsonNode result = new ObjectMapper().readTree(output.text());
      if (result.isMissingNode()) {
        System.out.println(
            "    replay ended with exit code " + output.exitCode() + " and no result");
      }
      StatText.addActions(output.text(), actions);
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
