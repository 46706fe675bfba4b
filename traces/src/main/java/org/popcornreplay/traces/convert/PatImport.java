package org.popcornreplay.traces.convert;

import it.unimi.dsi.fastutil.ints.Int2ObjectLinkedOpenHashMap;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popcornreplay.traces.AccessKind;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceWriter;
import org.popcornreplay.traces.VisitReduction;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Reads a page access trace (PAT) of the Popcorn kernel: a line for each page fault, {@code time
 * nid tid perm ip addr region}, with the time in seconds and perm R, W or I (an invalidation, which
 * is no access and is left out). A nanosecond becomes an instruction; a task that shows up on
 * another node has migrated.
 */
public final class PatImport {
  private static final Pattern LINE =
      Pattern.compile(
          "\\s*(\\d{1,9})(?:\\.(\\d{1,9}))?\\s+(\\d{1,9})\\s+(\\d{1,9})\\s+([RWI])\\s+"
              + "(?:0x)?([0-9a-fA-F]{1,16})\\s+(?:0x)?([0-9a-fA-F]{1,16})(?:\\s+\\S+)?\\s*");

  private static final int SYS_MIGRATE = 434;

  private final Path file;
  private final Int2ObjectLinkedOpenHashMap<Task> tasks = new Int2ObjectLinkedOpenHashMap<>();
  private final TouchedPages touched = new TouchedPages();
  private TraceWriter writer;
  private Manifest manifest;
  private long sequence;
  private long start = -1;

  /** An import of a file. */
  public PatImport(Path file) {
    this.file = file;
  }

  private final class Task {
    final int number;
    final int tid;
    final long startSequence;
    final VisitReduction reduction;
    int node;
    long instructions;
    long reads;
    long writes;

    Task(int tid, long now, int node) {
      this.tid = tid;
      number = tasks.size();
      this.node = 0;
      instructions = now;
      reduction = new VisitReduction(number, manifest.sliceInstructions(), writer::visit);
      startSequence = sequence;
      event(EventKind.THREAD_START, 0, number == 0 ? -1 : 0, tid);
      moveTo(node);
    }

    void event(EventKind kind, int code, long a0, long a1) {
      reduction.cut(instructions);
      writer.event(number, instructions, sequence++, kind, code, 0, a0, a1, 0, 0, 0, 0, 0, 0, 0);
    }

    void moveTo(int there) {
      if (there != node) {
        if (node != 0 && there != 0) {
          event(EventKind.MIGRATE, SYS_MIGRATE, 0, 0); // the kernel moves by way of the origin
        }
        event(EventKind.MIGRATE, SYS_MIGRATE, there, 0);
        node = there;
      }
    }
  }

  /**
   * Writes the trace.
   *
   * @param of says detail and slice length
   */
  public void writeTo(Path directory, Manifest of) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw CommandException.badInput(file + ": missing, expected a page access trace");
    }
    manifest = of;
    manifest.program(file.getFileName().toString(), List.of());
    manifest.json().put("imported_from", "pat");
    manifest
        .json()
        .putArray("lacks")
        .add("accesses that hit")
        .add("instructions (a nanosecond stands for one)")
        .add("synchronisation")
        .add("system calls")
        .add("maps")
        .add("sizes of accesses");
    try (TraceWriter out = TraceWriter.create(directory, manifest);
        BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      writer = out;
      long line = 0;
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        line++;
        if (!text.isBlank() && !text.startsWith("#")) {
          read(text, line);
        }
      }
      if (tasks.isEmpty()) {
        throw CommandException.badInput(
            file + ": faults=0, expected lines: time nid tid perm ip addr region");
      }
      end();
      touched.writeTo(out);
      out.finish();
    } catch (CharacterCodingException e) {
      throw CommandException.badInput(file + ": not text, expected a page access trace", e);
    }
  }

  private void read(String text, long line) {
    Matcher m = LINE.matcher(text);
    if (!m.matches()) {
      String cut = text.length() > 60 ? text.substring(0, 60) + "…" : text;
      throw CommandException.badInput(
          file
              + ": line "
              + line
              + ": fault="
              + cut.replaceAll("\\p{Cntrl}", "?")
              + ", expected time nid tid perm(R|W|I) ip addr region");
    }
    long nanos = nanos(m.group(1), m.group(2));
    start = start < 0 ? nanos : start;
    long now = nanos - start;
    if (m.group(5).equals("I")) {
      return;
    }
    int node = Integer.parseInt(m.group(3));
    int tid = Integer.parseInt(m.group(4));
    Task task = tasks.get(tid);
    if (task == null) {
      task = new Task(tid, Math.max(0, now), node);
      tasks.put(tid, task);
    }
    if (now < task.instructions) {
      throw CommandException.badInput(
          file
              + ": line "
              + line
              + ": time="
              + m.group(1)
              + ", expected not before the line of "
              + "task "
              + tid
              + " above it");
    }
    task.instructions = now;
    task.moveTo(node);
    long ip = Long.parseUnsignedLong(m.group(6), 16);
    long address = Long.parseUnsignedLong(m.group(7), 16);
    boolean write = m.group(5).equals("W");
    int kind = write ? AccessKind.WRITE : AccessKind.READ;
    if (manifest.fullDetail()) {
      writer.access(task.number, now, address, 1, kind, ip, 0);
    } else {
      task.reduction.access(now, address, 1, kind, ip, 0);
    }
    touched.add(address, 1);
    task.reads += write ? 0 : 1;
    task.writes += write ? 1 : 0;
    task.instructions++;
  }

  private static long nanos(String seconds, String fraction) {
    String nine = fraction == null ? "0" : (fraction + "000000000").substring(0, 9);
    return Long.parseLong(seconds) * 1_000_000_000L + Long.parseLong(nine);
  }

  private void end() {
    for (Task task : tasks.values()) {
      task.moveTo(0);
      long exit = sequence;
      task.event(EventKind.THREAD_EXIT, 0, 0, 0);
      writer.thread(
          task.number,
          task.tid,
          task.number == 0 ? -1 : 0,
          "task " + task.tid,
          0,
          0,
          task.startSequence,
          exit,
          task.instructions,
          task.reads,
          task.writes);
    }
  }
}
