package org.popcornreplay.traces.convert;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.ThreadCursor;
import org.popcornreplay.traces.ThreadTable;
import org.popcornreplay.traces.TraceReader;

/**
 * Writes visits as a page access trace: a line for the first read and the first write of each
 * visit, {@code time nid tid perm ip addr region}. An instruction stands for a nanosecond; the node
 * is where the program's own migrations put the thread; the region is 0.
 */
public final class PatExport {
  private PatExport() {}

  private record Line(long nanos, char permission, long ip, long address) {}

  /** A thread and the lines of its next slice; ordered by time, then thread. */
  private static final class Walker implements Comparable<Walker> {
    private final ThreadCursor cursor;
    private final int tid;
    private final ArrayDeque<Line> lines = new ArrayDeque<>();
    private boolean onVisit;
    private long node;
    private long nodeOfLines;

    Walker(ThreadCursor cursor, int tid) {
      this.cursor = cursor;
      this.tid = tid;
      advance();
    }

    /** Goes to the next visit. */
    private void advance() {
      onVisit = false;
      while (!onVisit && cursor.next()) {
        onVisit = !cursor.isEvent();
        if (!onVisit && cursor.kind() == EventKind.MIGRATE && cursor.result() == 0) {
          node = cursor.argument(0);
        }
      }
    }

    /** Loads the lines of the next slice when there are none; false at the end. */
    boolean hasLine() {
      if (lines.isEmpty() && onVisit) {
        long start = cursor.instructions();
        nodeOfLines = node;
        List<Line> slice = new ArrayList<>();
        while (onVisit && cursor.instructions() == start && node == nodeOfLines) {
          add(slice);
          advance();
        }
        slice.sort(Comparator.comparingLong(Line::nanos));
        lines.addAll(slice);
      }
      return !lines.isEmpty();
    }

    private void add(List<Line> slice) {
      long page = cursor.page() << 12;
      int read = cursor.firstRead();
      int write = cursor.firstWrite();
      if (read >= 0 && (write < 0 || read < write)) {
        slice.add(
            new Line(
                cursor.instructions() + read,
                'R',
                cursor.readIp(),
                page + first(cursor.readLines())));
      }
      if (write >= 0) {
        slice.add(
            new Line(
                cursor.instructions() + write,
                'W',
                cursor.writeIp(),
                page + first(cursor.writeLines())));
      }
    }

    private static long first(long lines) {
      return lines == 0 ? 0 : 64L * Long.numberOfTrailingZeros(lines);
    }

    void write(BufferedWriter out) throws IOException {
      Line line = lines.remove();
      out.write(
          String.format(
              Locale.ROOT,
              "%d.%09d %d %d %c %x %x 0%n",
              line.nanos / 1_000_000_000,
              line.nanos % 1_000_000_000,
              nodeOfLines,
              tid,
              line.permission,
              line.ip,
              line.address));
    }

    @Override
    public int compareTo(Walker other) {
      int byTime = Long.compare(lines.element().nanos, other.lines.element().nanos);
      return byTime != 0 ? byTime : Integer.compare(cursor.thread(), other.cursor.thread());
    }
  }

  /** Writes the file. */
  public static void write(TraceReader reader, Path file) throws IOException {
    PriorityQueue<Walker> queue = new PriorityQueue<>();
    ThreadTable threads = reader.threads();
    for (int row = 0; row < threads.size(); row++) {
      Walker walker = new Walker(reader.cursor(threads.thread(row)), threads.tid(row));
      if (walker.hasLine()) {
        queue.add(walker);
      }
    }
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.US_ASCII)) {
      while (!queue.isEmpty()) {
        Walker walker = queue.remove();
        walker.write(out);
        if (walker.hasLine()) {
          queue.add(walker);
        }
      }
    }
  }
}
