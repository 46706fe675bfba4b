package org.popcornreplay.dist.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

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

  /** Sorted latencies of the small messages of one list, in microseconds. */
  private static long[] oneWay(Path file) throws IOException {
    Map<String, ArrayDeque<Long>> sent = new HashMap<>();
    List<Long> latencies = new ArrayList<>();
    try (BufferedReader rows =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      List<String> header = List.of(rows.readLine().split(",", -1));
      int time = header.indexOf("t_us");
      int node = header.indexOf("node");
      int event = header.indexOf("event");
      int direction = header.indexOf("dir");
      int peer = header.indexOf("peer");
      int type = header.indexOf("type");
      int size = header.indexOf("size");
      for (String row = rows.readLine(); row != null; row = rows.readLine()) {
        String[] cell = row.split(",", -1);
        if (!cell[event].equals("pcn_msg") || Integer.parseInt(cell[size]) >= SMALL_BYTES) {
          continue;
        }
        long at = Long.parseLong(cell[time]);
        boolean isSent = cell[direction].equals("sent");
        String from = isSent ? cell[node] : cell[peer];
        String to = isSent ? cell[peer] : cell[node];
        ArrayDeque<Long> link =
            sent.computeIfAbsent(from + ">" + to + cell[type], key -> new ArrayDeque<>());
        if (isSent) {
          link.add(at);
        } else if (!link.isEmpty()) {
          latencies.add(at - link.poll());
        }
      }
    }
    long[] sorted = latencies.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return sorted;
  }
}
