package org.popcornreplay.tracer.command;

import java.io.PrintWriter;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** popcorn-trace generate. */
@Command(
    name = "generate",
    description = "Writes the trace of a synthetic program with a known answer.",
    mixinStandardHelpOptions = true)
public final class GenerateCommand implements Runnable {
  private static final int MAX_THREADS = 1 << 16;
  private static final int MAX_PAGES = 1 << 24;

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "PATTERN", description = "A name of the list.")
  private String name;

  @Option(names = "--list", description = "List the patterns.")
  private boolean list;

  @Mixin private NewTrace output;

  @Option(
      names = "--threads",
      defaultValue = "2",
      description = "Worker threads (default ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--pages",
      defaultValue = "1",
      description = "Pages of data (default ${DEFAULT-VALUE}).")
  private int pages;

  @Option(
      names = "--rounds",
      defaultValue = "1000",
      description = "Rounds of each worker (default ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--compute",
      defaultValue = "100",
      description = "Instructions between accesses (default ${DEFAULT-VALUE}).")
  private int compute;

  @Option(
      names = "--nodes",
      defaultValue = "0",
      description =
          "Workers migrate to node i mod N and back; 0: no migrations (default ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of random patterns (default ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--detail",
      defaultValue = "visits",
      description = "visits or full (default ${DEFAULT-VALUE}).")
  private String detail;

  @Option(
      names = "--slice",
      defaultValue = "10000",
      description = "Longest slice in instructions (default ${DEFAULT-VALUE}).")
  private int slice;

  @Override
  public void run() {
    if (list) {
      list(spec.commandLine().getOut());
      return;
    }
    Pattern pattern = name == null ? null : Pattern.named(name);
    if (pattern == null) {
      throw CommandException.usage(
          "PATTERN=" + (name == null ? "none" : name) + ", expected one of generate --list");
    }
    Limits.check("--threads", threads, 1, MAX_THREADS);
    Limits.check("--pages", pages, 1, MAX_PAGES);
    Limits.check("--rounds", rounds, 1, Integer.MAX_VALUE);
    Limits.check("--compute", compute, 0, Integer.MAX_VALUE);
    Limits.check("--nodes", nodes, 0, 1024);
    PatternOptions options = new PatternOptions(threads, pages, rounds, compute, nodes, seed);
    Manifest manifest = Limits.manifest(detail, slice);
    output.write(directory -> GeneratedTrace.write(directory, pattern, options, manifest));
  }

  private static void list(PrintWriter out) {
    for (Pattern pattern : Pattern.values()) {
      out.printf("%-18s %s%n", pattern.patternName(), pattern.summary());
      out.printf("%-18s answer: %s%n", "", pattern.answer());
    }
  }
}
