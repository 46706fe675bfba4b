package org.popcornreplay.traces.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.popcornreplay.traces.AccessCursor;
import org.popcornreplay.traces.AccessKind;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.ThreadCursor;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.TraceWriter;
import org.popcornreplay.traces.VisitReduction;

/**
 * Measures how fast traces are written and read, per second of processor time. Arguments: a scratch
 * directory and the number of accesses. The accesses imitate a program: loops over arrays, a stack,
 * some random pages.
 */
final class DecodeBenchmark {
  private static final int ROUNDS = 5;

  private DecodeBenchmark() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    Path scratch = Path.of(args[0]);
    int accesses = Integer.parseInt(args[1]);
    for (Workload workload : Workload.values()) {
      Path full = scratch.resolve(workload + "-full");
      Path visits = scratch.resolve(workload + "-visits");
      double write = write(full, true, workload, accesses);
      double writeVisits = write(visits, false, workload, accesses);
      long rows;
      try (TraceReader reader = TraceReader.open(visits)) {
        rows = reader.manifest().count("visits");
      }
      double[] decode = new double[ROUNDS];
      double[] reduce = new double[ROUNDS];
      double[] visit = new double[ROUNDS];
      for (int r = 0; r < ROUNDS; r++) {
        decode[r] = accesses / readAccesses(full) / 1e6;
        reduce[r] = accesses / readVisits(full, accesses) / 1e6;
        visit[r] = rows / readVisits(visits, 0) / 1e6;
      }
      System.out.printf(
          Locale.ROOT,
          "%-8s full: %.2f B/access, write %.0f M/s, decode %.0f M/s, decode+reduce %.0f M/s;"
              + " visits: %.3f B/access, %.1f B/visit (%d), write %.0f M accesses/s, decode %.1f M visits/s%n",
          workload,
          bytes(full) / (double) accesses,
          accesses / write / 1e6,
          median(decode),
          median(reduce),
          bytes(visits) / (double) accesses,
          bytes(visits) / (double) rows,
          rows,
          accesses / writeVisits / 1e6,
          median(visit));
    }
  }

  private enum Workload {
    LOOPS,
    MIXED,
    CHASE
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static long bytes(Path trace) throws IOException {
    try (var files = Files.list(trace)) {
      return files.mapToLong(f -> f.toFile().length()).sum();
    }
  }

  private static double write(Path directory, boolean full, Workload workload, int accesses)
      throws IOException {
    long begin = cpuNanos();
    Manifest manifest = new Manifest().program("/bench", java.util.List.of()).fullDetail(full);
    try (TraceWriter writer = TraceWriter.create(directory, manifest)) {
      VisitReduction reduction = new VisitReduction(0, 10_000, writer::visit);
      SplittableRandom random = new SplittableRandom(1);
      long instructions = 0;
      long array = 0x10000000L;
      long other = 0x20000000L;
      long sequence = 0;
      for (int i = 0; i < accesses; i++) {
        int slot = i & 7;
        int kind = slot == 7 ? AccessKind.WRITE : AccessKind.READ;
        long ip = 0x401000L + slot * 5L;
        long address;
        if (workload == Workload.CHASE) {
          address = 0x40000000L + (random.nextLong() & 0x3fffff8L);
          kind = AccessKind.READ;
          ip = 0x402000;
        } else if (workload == Workload.LOOPS || slot < 5) {
          long base = (slot & 1) == 0 ? array : other;
          address = base + ((long) (i >> 3) * 8 & 0x7fffff) + (slot & 6) * 1024L;
        } else if (slot == 5) {
          address = 0x7ffff000L - (random.nextInt(32) * 8L);
          ip += random.nextInt(50) * 16L;
        } else {
          address = 0x30000000L + (random.nextLong() & 0x3ffff8);
          ip += random.nextInt(200) * 16L;
        }
        if (full) {
          writer.access(0, instructions, address, 8, kind, ip, 0);
        } else {
          reduction.access(instructions, address, 8, kind, ip, 0);
        }
        instructions += 1 + (slot & 3);
        if (i % 100_000 == 99_999) {
          reduction.cut(instructions);
          writer.event(
              0, instructions, sequence++, EventKind.SYSCALL, 1, 0, 1, 2, 3, 0, 0, 0, 3, 1000, ip);
        }
      }
      reduction.end(instructions);
      writer.thread(0, 1, -1, "main", 0, 0, 0, -1, instructions, 0, 0);
      writer.finish();
    }
    return (cpuNanos() - begin) / 1e9;
  }

  private static double readAccesses(Path directory) {
    long begin = cpuNanos();
    long sum = 0;
    try (TraceReader reader = TraceReader.open(directory)) {
      AccessCursor cursor = reader.accesses(0);
      while (cursor.next()) {
        sum += cursor.address() ^ cursor.instructions() + cursor.kind() + cursor.bytes();
      }
    }
    return seconds(begin, sum);
  }

  private static double readVisits(Path directory, long salt) {
    long begin = cpuNanos();
    long sum = salt;
    try (TraceReader reader = TraceReader.open(directory)) {
      ThreadCursor cursor = reader.cursor(0);
      while (cursor.next()) {
        if (!cursor.isEvent()) {
          sum += cursor.page() ^ cursor.instructions() + cursor.firstRead() + cursor.writeLines();
        }
      }
    }
    return seconds(begin, sum);
  }

  /** Processor time of this thread: other programs on the machine do not count. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** Seconds since a moment; the sum keeps the loop from being optimised away. */
  private static double seconds(long begin, long sum) {
    double seconds = (cpuNanos() - begin) / 1e9;
    return sum == 42 ? seconds + 1e-9 : seconds;
  }
}
