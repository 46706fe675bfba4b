package org.popcornreplay.dist.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.popcornreplay.traces.cli.CommandException;

/**
 * What profile {@code oracle-vm} is derived from: how long small messages took on the kernel's
 * machines, from the event of the sender to that of the receiver, in the event lists of the
 * programs whose counts vary (one processor a node, TCP_NODELAY). Each program counts alike.
 */
final class KernelLatencies {
  private static final int STEPS = 40;

  /** The longest of a few hundred waits says more about the run than about the machine. */
  private static final double TOP = 0.995;

  private static final int SMALL_BYTES = 1000;
  private static final int LEAST_MESSAGES = 20;
  private static final Pattern CONTENDED =
      Pattern.compile("[23]n_nodelay_(fs|fsnap|ppnap|barrier|n3mutex|n3ppnap|thr|thrseq)(_\\d+)?");

  private KernelLatencies() {}

  /** Prints the quantiles of a folder's event lists, in microseconds. */
  static void print(Path folder, PrintStream out) {
    Map<String, long[]> programs = read(folder.resolve("kernel-events"));
    double[] mean = new double[STEPS + 1];
    for (Map.Entry<String, long[]> program : programs.entrySet()) {
      long[] sorted = program.getValue();
      for (int i = 0; i <= STEPS; i++) {
        double share = i == STEPS ? TOP : (double) i / STEPS;
        mean[i] += (double) sorted[(int) ((sorted.length - 1) * share)] / programs.size();
      }
      out.printf("%-28s %5d small messages%n", program.getKey(), sorted.length);
    }
    StringBuilder quantiles = new StringBuilder();
    for (double value : mean) {
      quantiles.append(quantiles.isEmpty() ? "" : " ").append(Math.round(value - mean[0]));
    }
    out.printf(
        "least %d us; above that, at steps of 1/%d: %s%n", Math.round(mean[0]), STEPS, quantiles);
  }

  private static Map<String, long[]> read(Path lists) {
    Map<String, long[]> programs = new TreeMap<>();
    try (Stream<Path> files = Files.list(lists)) {
      for (Path file : files.sorted(Comparator.naturalOrder()).toList()) {
        String name = file.getFileName().toString().replace(".csv.gz", "");
        long[] micros = CONTENDED.matcher(name).matches() ? oneWay(file) : new long[0];
        if (micros.length >= LEAST_MESSAGES) {
          programs.put(name, micros);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return programs;
  }

  /** An event of a message at one end of a link. */
  private record Passing(long seq, long micros, String type, int bytes) {}

  /**
   * Sorted latencies of the small messages of one list, in microseconds. A message that was sent
   * while the one before it on its link was under way is left out: it comes behind that one, as in
   * the model, whatever its own delay.
   */
  private static long[] oneWay(Path file) throws IOException {
    Map<String, List<Passing>> sent = new TreeMap<>();
    Map<String, List<Passing>> received = new TreeMap<>();
    try (BufferedReader rows =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      List<String> header = List.of(rows.readLine().split(",", -1));
      int time = header.indexOf("t_us");
      int node = header.indexOf("node");
      int seq = header.indexOf("seq");
      int event = header.indexOf("event");
      int direction = header.indexOf("dir");
      int peer = header.indexOf("peer");
      int type = header.indexOf("type");
      int size = header.indexOf("size");
      for (String row = rows.readLine(); row != null; row = rows.readLine()) {
        String[] cell = row.split(",", -1);
        if (!cell[event].equals("pcn_msg")) {
          continue;
        }
        boolean isSent = cell[direction].equals("sent");
        String link = (isSent ? cell[node] : cell[peer]) + ">" + (isSent ? cell[peer] : cell[node]);
        (isSent ? sent : received)
            .computeIfAbsent(link, key -> new ArrayList<>())
            .add(
                new Passing(
                    Long.parseLong(cell[seq]),
                    Long.parseLong(cell[time]),
                    cell[type],
                    Integer.parseInt(cell[size])));
      }
    }
    List<Long> latencies = new ArrayList<>();
    sent.forEach(
        (link, out) -> addLatencies(out, received.getOrDefault(link, List.of()), latencies));
    return latencies.stream().mapToLong(Long::longValue).sorted().toArray();
  }

  private static void addLatencies(List<Passing> out, List<Passing> in, List<Long> latencies) {
    // The rows are in order of time across nodes; within one, seq is the order.
    List<Passing> sent = out.stream().sorted(Comparator.comparingLong(Passing::seq)).toList();
    List<Passing> received = in.stream().sorted(Comparator.comparingLong(Passing::seq)).toList();
    int pairs = Math.min(sent.size(), received.size());
    for (int i = 0; i < pairs; i++) {
      if (!sent.get(i).type().equals(received.get(i).type())) {
        throw CommandException.badInput(
            "event list: type="
                + received.get(i).type()
                + ", expected "
                + sent.get(i).type()
                + " as sent");
      }
      boolean behind = i > 0 && sent.get(i).micros() < received.get(i - 1).micros();
      if (sent.get(i).bytes() < SMALL_BYTES && !behind) {
        latencies.add(received.get(i).micros() - sent.get(i).micros());
      }
    }
  }
}
