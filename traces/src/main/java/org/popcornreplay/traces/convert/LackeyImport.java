package org.popcornreplay.traces.convert;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.popcornreplay.traces.AccessKind;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceWriter;
import org.popcornreplay.traces.VisitReduction;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Reads what {@code valgrind --tool=lackey --trace-mem=yes} prints: one line for each instruction
 * ({@code I address,bytes}), load ({@code L}), store ({@code S}) and modify ({@code M}). Lackey
 * knows no threads, no system calls and no address space: all becomes one thread.
 */
public final class LackeyImport {
  private static final int MAX_LINE = 4096;

  private final Path file;
  private final TouchedPages touched = new TouchedPages();
  private LineReader lines;
  private long accesses;

  /** An import of a file. */
  public LackeyImport(Path file) {
    this.file = file;
  }

  /**
   * Writes the trace.
   *
   * @param manifest says detail and slice length
   */
  public void writeTo(Path directory, Manifest manifest) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw CommandException.badInput(file + ": missing, expected the output of lackey");
    }
    manifest.program(file.getFileName().toString(), List.of());
    manifest.json().put("imported_from", "lackey");
    manifest
        .json()
        .putArray("lacks")
        .add("threads")
        .add("events")
        .add("maps")
        .add("images")
        .add("code")
        .add("variables");
    try (TraceWriter writer = TraceWriter.create(directory, manifest);
        InputStream in = Files.newInputStream(file)) {
      boolean full = manifest.fullDetail();
      VisitReduction reduction = new VisitReduction(0, manifest.sliceInstructions(), writer::visit);
      writer.event(0, 0, 0, EventKind.THREAD_START, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0);
      lines = new LineReader(in, MAX_LINE);
      byte[] text = lines.text();
      long instructions = 0;
      long reads = 0;
      long writes = 0;
      long ip = 0;
      while (lines.next()) {
        int length = lines.length();
        int type = typeOf(text, length);
        if (type < 0) {
          continue; // Valgrind's own messages, or what the program printed
        }
        long address = hex(text, length);
        if (type == 'I') {
          instructions++;
          ip = address;
          continue;
        }
        int bytes = size(text, length);
        int kind =
            type == 'L' ? AccessKind.READ : type == 'S' ? AccessKind.WRITE : AccessKind.UPDATE;
        long at = Math.max(0, instructions - 1);
        if (full) {
          writer.access(0, at, address, bytes, kind, ip, 0);
        } else {
          reduction.access(at, address, bytes, kind, ip, 0);
        }
        touched.add(address, bytes);
        reads += AccessKind.reads(kind) ? 1 : 0;
        writes += AccessKind.writes(kind) ? 1 : 0;
        accesses++;
      }
      if (accesses == 0) {
        throw CommandException.badInput(
            file + ": accesses=0, expected lines of lackey --trace-mem=yes, like \" L 1ffe,8\"");
      }
      instructions = Math.max(1, instructions); // what accesses is one, also where its line is cut
      if (!full) {
        reduction.end(instructions);
      }
      writer.event(0, instructions, 1, EventKind.THREAD_EXIT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      writer.thread(0, 0, -1, "main", 0, 0, 0, 1, instructions, reads, writes);
      touched.writeTo(writer);
      writer.finish();
    }
  }

  /** Accesses that were imported. */
  public long accesses() {
    return accesses;
  }

  /** I, L, S or M, or -1 where the line is not one of lackey's. */
  private static int typeOf(byte[] text, int length) {
    if (length < 6) {
      return -1;
    }
    boolean instruction = text[0] == 'I' && text[1] == ' ' && text[2] == ' ';
    boolean access =
        text[0] == ' ' && (text[1] == 'L' || text[1] == 'S' || text[1] == 'M') && text[2] == ' ';
    if (!instruction && !access) {
      return -1;
    }
    int comma = comma(text, length);
    if (comma < 4 || comma - 3 > 16 || comma == length - 1 || length - comma > 9) {
      return -1;
    }
    for (int i = 3; i < comma; i++) {
      if (Character.digit(text[i], 16) < 0) {
        return -1;
      }
    }
    for (int i = comma + 1; i < length; i++) {
      if (text[i] < '0' || text[i] > '9') {
        return -1;
      }
    }
    return instruction ? 'I' : text[1];
  }

  private static int comma(byte[] text, int length) {
    for (int i = 3; i < length; i++) {
      if (text[i] == ',') {
        return i;
      }
    }
    return -1;
  }

  private static long hex(byte[] text, int length) {
    long value = 0;
    int comma = comma(text, length);
    for (int i = 3; i < comma; i++) {
      value = (value << 4) | Character.digit(text[i], 16);
    }
    return value;
  }

  private int size(byte[] text, int length) {
    int comma = comma(text, length);
    int value =
        Integer.parseInt(
            new String(text, comma + 1, length - comma - 1, StandardCharsets.US_ASCII));
    if (value < 1 || value > 1 << 20) {
      throw CommandException.badInput(
          file + ": line " + lines.line() + ": bytes=" + value + ", expected 1 to " + (1 << 20));
    }
    return value;
  }
}
