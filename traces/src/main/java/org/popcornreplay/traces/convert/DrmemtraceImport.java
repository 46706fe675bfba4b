package org.popcornreplay.traces.convert;

import com.fasterxml.jackson.databind.node.ArrayNode;
import it.unimi.dsi.fastutil.ints.Int2ObjectLinkedOpenHashMap;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.popcornreplay.traces.AccessKind;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.TraceWriter;
import org.popcornreplay.traces.VisitReduction;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Reads what DynamoRIO's view tool prints of an offline trace: {@code drrun -t drmemtrace -tool
 * view -indir …}, in older versions {@code drrun -t drcachesim -simulator_type view}. The lines are
 * those of {@link DrmemtraceRecord}.
 *
 * <p>A thread begins with its first instruction, access or system call, made by the first thread,
 * and ends at its exit record or with the file. A read and the write after it by one instruction to
 * the same bytes are one read-modify-write, a locked one where the instruction's bytes say so. What
 * the kernel executed (traces with {@code -enable_kernel_tracing}) is left out. A system call takes
 * the time between the timestamps before and after it; its arguments are not known.
 */
public final class DrmemtraceImport {
  private static final int MAX_LINE = 4096;
  private static final int MOST_BYTES = 1 << 20;

  /** Threads at a time: each has a reduction of some KiB. */
  private static final int MOST_AT_ONCE = 1 << 14;

  // Bits of offline_file_type_t, clients/drcachesim/common/trace_entry.h.
  private static final int FILTERED = 0x1 | 0x80 | 0x100;
  private static final int X86_64 = 0x40;
  private static final int OTHER_ARCHITECTURES = 0x8 | 0x10 | 0x20;

  // System calls of x86-64 that are told by other records or mean nothing without arguments.
  private static final int SYS_EXIT = 60;
  private static final int SYS_EXIT_GROUP = 231;
  private static final int SYS_SET_ROBUST_LIST = 273;

  /** The result of a call that had not returned, as {@link EventKind#SYSCALL} has it. */
  private static final int NOT_RETURNED = -512;

  private final Path file;
  private final Int2ObjectLinkedOpenHashMap<Task> tasks = new Int2ObjectLinkedOpenHashMap<>();
  private final TouchedPages touched = new TouchedPages();
  private LineReader lines;
  private TraceWriter writer;
  private Manifest manifest;
  private Task first;
  private int threads;
  private int workload = -1;
  private long sequence;
  private long accesses;
  private long fileType;

  /** An import of a file. */
  public DrmemtraceImport(Path file) {
    this.file = file;
  }

  private final class Task {
    final int number;
    final int tid;
    final long startSequence;
    final VisitReduction reduction;
    boolean ended;
    boolean inKernel;
    boolean cut;
    long instructions;
    long ip;
    boolean locked;
    long reads;
    long writes;

    // A read that may turn out to be half of a read-modify-write.
    long heldAddress;
    int heldBytes;

    // A system call that has not returned.
    int call = -1;
    long microsBefore = -1;

    Task(int tid) {
      this.tid = tid;
      number = threads++;
      reduction = new VisitReduction(number, manifest.sliceInstructions(), writer::visit);
      if (first != null && !first.ended) {
        first.release();
        first.event(EventKind.THREAD_CREATE, 0, number, 0, 0, 0);
      }
      startSequence = sequence;
      event(EventKind.THREAD_START, 0, number == 0 ? -1 : 0, tid, 0, 0);
    }

    void event(EventKind kind, int code, long a0, long a1, long result, long nanos) {
      if (!manifest.fullDetail()) {
        reduction.cut(instructions);
      }
      cut = true;
      writer.event(
          number, instructions, sequence++, kind, code, 0, a0, a1, 0, 0, 0, 0, result, nanos, 0);
    }

    void instruction(long address, boolean locks) {
      release();
      returned(-1, 0);
      microsBefore = -1;
      instructions++;
      ip = address;
      locked = locks;
      cut = false;
    }

    void access(boolean write, long address, int bytes, long by) {
      if (instructions == 0 || by != ip || cut) {
        // A filter left its instruction out; or an event lies in between, and it belongs after it.
        instruction(by, by == ip && locked);
      }
      if (!write) {
        release();
        heldAddress = address;
        heldBytes = bytes;
      } else if (heldBytes == bytes && heldAddress == address) {
        heldBytes = 0;
        put(address, bytes, locked ? AccessKind.LOCKED_UPDATE : AccessKind.UPDATE);
      } else {
        release();
        put(address, bytes, AccessKind.WRITE);
      }
    }

    void release() {
      if (heldBytes > 0) {
        int bytes = heldBytes;
        heldBytes = 0;
        put(heldAddress, bytes, AccessKind.READ);
      }
    }

    private void put(long address, int bytes, int kind) {
      if (manifest.fullDetail()) {
        writer.access(number, instructions - 1, address, bytes, kind, ip, 0);
      } else {
        reduction.access(instructions - 1, address, bytes, kind, ip, 0);
      }
      touched.add(address, bytes);
      reads += AccessKind.reads(kind) ? 1 : 0;
      writes += AccessKind.writes(kind) ? 1 : 0;
      accesses++;
    }

    void systemCall(int code) {
      release();
      returned(-1, 0);
      call = code;
    }

    void time(long micros) {
      release();
      returned(micros, 0);
      microsBefore = micros;
    }

    /** The system call, if there is one, is over. */
    void returned(long micros, int result) {
      if (call < 0) {
        return;
      }
      long taken = microsBefore < 0 ? 0 : micros - microsBefore;
      long nanos = taken < 0 || taken > Long.MAX_VALUE / 1000 ? 0 : taken * 1000;
      int code = call;
      call = -1;
      if (isKept(code)) {
        event(EventKind.SYSCALL, code, 0, 0, result, nanos);
      }
    }

    void end() {
      release();
      returned(-1, NOT_RETURNED);
      ended = true;
      long exit = sequence;
      event(EventKind.THREAD_EXIT, 0, 0, 0, 0, 0);
      writer.thread(
          number,
          tid,
          number == 0 ? -1 : 0,
          "thread " + tid,
          0,
          0,
          startSequence,
          exit,
          instructions,
          reads,
          writes);
    }
  }

  private boolean isKept(int call) {
    return !isForeign()
        && call != SYS_EXIT
        && call != SYS_EXIT_GROUP
        && call != SYS_SET_ROBUST_LIST;
  }

  /** Whether the trace is of another processor, with other numbers of system calls. */
  private boolean isForeign() {
    return (fileType & X86_64) == 0 && (fileType & OTHER_ARCHITECTURES) != 0;
  }

  /**
   * Writes the trace.
   *
   * @param of says detail and slice length
   */
  public void writeTo(Path directory, Manifest of) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw CommandException.badInput(
          file + ": missing, expected the output of DynamoRIO's view tool");
    }
    manifest = of;
    manifest.program(file.getFileName().toString(), List.of());
    manifest.json().put("imported_from", "drmemtrace");
    ArrayNode lacks =
        manifest
            .json()
            .putArray("lacks")
            .add("synchronisation")
            .add("arguments and results of system calls")
            .add("what the kernel reads and writes")
            .add("which thread made which")
            .add("order of threads between their timestamps")
            .add("signals")
            .add("maps")
            .add("images")
            .add("code")
            .add("variables");
    try (TraceWriter out = TraceWriter.create(directory, manifest);
        InputStream in = Files.newInputStream(file)) {
      writer = out;
      lines = new LineReader(in, MAX_LINE);
      DrmemtraceRecord record = new DrmemtraceRecord();
      while (lines.next()) {
        take(record, record.parse(lines.text(), lines.length()));
      }
      end();
      if (accesses == 0) {
        throw CommandException.badInput(
            file
                + ": accesses=0, expected lines of DynamoRIO's view tool, "
                + "like \"9 1: 4242 read 8 byte(s) @ 0x1ff0 by PC 0x401000\"");
      }
      if (isForeign()) {
        lacks.add("system calls (their numbers are not those of x86-64)");
      }
      if ((fileType & FILTERED) != 0) {
        lacks.add("instructions and accesses that the recorder's filter left out");
      }
      touched.writeTo(out);
      out.finish();
    }
  }

  /** Ends the threads that the file does not end; the first one's end is that of the process. */
  private void end() {
    for (Task task : tasks.values()) {
      if (task != first) {
        task.end();
      }
    }
    if (first != null && !first.ended) {
      first.end();
    }
  }

  private void take(DrmemtraceRecord record, DrmemtraceRecord.Kind kind) {
    switch (kind) {
      case NO_RECORD, OTHER -> {}
      case DAMAGED ->
          throw CommandException.badInput(
              file
                  + ": line "
                  + lines.line()
                  + ": record="
                  + shown()
                  + ", expected record, instruction: thread and an ifetch, read, write or marker");
      case FILE_TYPE -> fileType |= record.value();
      case INSTRUCTION -> {
        Task task = task(record);
        if (!task.inKernel) {
          task.instruction(record.address(), record.locked());
        }
      }
      case READ, WRITE -> {
        int bytes = record.bytes();
        if (bytes < 1 || bytes > MOST_BYTES) {
          throw CommandException.badInput(
              file
                  + ": line "
                  + lines.line()
                  + ": bytes="
                  + bytes
                  + ", expected 1 to "
                  + MOST_BYTES);
        }
        Task task = task(record);
        if (!task.inKernel) {
          task.access(kind == DrmemtraceRecord.Kind.WRITE, record.address(), bytes, record.ip());
        }
      }
      case SYSTEM_CALL -> task(record).systemCall((int) record.value());
      default -> {
        // Other records begin no thread: before a trace's first instruction stand markers of it.
        Task task = tasks.get(record.tid());
        if (task != null) {
          mark(task, record, kind);
        }
      }
    }
  }

  private void mark(Task task, DrmemtraceRecord record, DrmemtraceRecord.Kind kind) {
    switch (kind) {
      case TIMESTAMP -> task.time(record.value());
      case KERNEL_BEGINS -> task.inKernel = true;
      case KERNEL_ENDS -> task.inKernel = false;
      case THREAD_EXIT -> {
        task.end();
        tasks.remove(task.tid); // the kernel may give the number to another one
      }
      default -> throw new AssertionError(kind);
    }
  }

  private Task task(DrmemtraceRecord record) {
    if (workload < 0) {
      workload = record.workload();
    } else if (workload != record.workload()) {
      throw CommandException.badInput(
          file
              + ": line "
              + lines.line()
              + ": workload="
              + record.workload()
              + ", expected one workload in the file, as above it: "
              + workload);
    }
    Task task = tasks.get(record.tid());
    if (task == null) {
      if (tasks.size() == MOST_AT_ONCE || threads == TraceReader.MAX_THREADS) {
        throw CommandException.badInput(
            file
                + ": line "
                + lines.line()
                + ": threads="
                + (threads + 1)
                + ", expected at most "
                + TraceReader.MAX_THREADS
                + ", and at a time "
                + MOST_AT_ONCE);
      }
      task = new Task(record.tid());
      first = first == null ? task : first;
      tasks.put(record.tid(), task);
    }
    return task;
  }

  private String shown() {
    String text = new String(lines.text(), 0, lines.length(), StandardCharsets.UTF_8).strip();
    String cut = text.length() > 90 ? text.substring(0, 90) + "…" : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
