package org.popcornreplay.traces.generate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceWriter;

/**
 * Scripts a trace: threads, what they read and write, how they synchronise. The order of the calls
 * is the recorded order. Rows go to the trace at once, so a script may be as long as it likes.
 *
 * <pre>{@code
 * try (TraceBuilder trace = TraceBuilder.create(dir, new Manifest())) {
 *   long data = trace.region("data", 2);
 *   ThreadBuilder main = trace.mainThread();
 *   ThreadBuilder worker = trace.spawn(main, "worker");
 *   worker.migrate(1).write(data).compute(1000).migrate(0).exit();
 *   main.join(worker);
 *   trace.finish();
 * }
 * }</pre>
 */
public final class TraceBuilder implements AutoCloseable {
  /** Bytes of a page. */
  public static final int PAGE_BYTES = 4096;

  private static final long TEXT = 0x400000L;
  private static final int TEXT_PAGES = 16;
  private static final long FIRST_REGION = 0x10000000L;
  private static final long STACK_TOP = 0x7ffff0000000L;
  private static final int STACK_PAGES = 256;
  private static final int STACK_SPACING_PAGES = 512;
  private static final int PROT_READ_WRITE = 3;
  private static final int PROT_READ_EXEC = 5;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  private final TraceWriter writer;
  private final boolean full;
  private final long sliceInstructions;
  private final List<ThreadBuilder> threads = new ArrayList<>();
  private final Map<String, Long> ips = new HashMap<>();
  private int stacks;
  private long nextIp = TEXT + 0x1000;
  private long nextRegion = FIRST_REGION;
  private long nextSequence;
  private boolean begun;
  private boolean finished;

  private TraceBuilder(TraceWriter writer, Manifest manifest) {
    this.writer = writer;
    full = manifest.fullDetail();
    sliceInstructions = manifest.sliceInstructions();
  }

  /**
   * Begins a trace in a directory.
   *
   * @param manifest says detail and slice length; where it names no program, a name is made up
   */
  public static TraceBuilder create(Path directory, Manifest manifest) throws IOException {
    if (manifest.program().isEmpty()) {
      manifest.program("/generated", List.of());
    }
    TraceBuilder builder = new TraceBuilder(TraceWriter.create(directory, manifest), manifest);
    builder.writer.image(0, manifest.program(), "", TEXT, TEXT + TEXT_PAGES * PAGE_BYTES, 0);
    builder.writer.map(
        -1,
        0,
        "initial",
        TEXT,
        (long) TEXT_PAGES * PAGE_BYTES,
        PROT_READ_EXEC,
        MAP_PRIVATE,
        0,
        manifest.program());
    return builder;
  }

  /**
   * Memory that is mapped from the start, readable, writable, private and anonymous; regions never
   * touch. Call it before the first thread.
   *
   * @return its first address, at a multiple of 2 MiB
   */
  public long region(String name, long pages) {
    return region(name, pages, PROT_READ_WRITE);
  }

  /** As {@link #region(String, long)} with other PROT_* bits. */
  public long region(String name, long pages, int protection) {
    long address = reserve(pages);
    writer.map(
        -1, 0, "initial", address, pages * PAGE_BYTES, protection, MAP_PRIVATE_ANONYMOUS, 0, "");
    writer.variable(0, name, address, pages * PAGE_BYTES);
    return address;
  }

  /** Takes addresses that nothing else gets, without mapping them. */
  public long reserve(long pages) {
    long address = nextRegion;
    long step = 1L << 21;
    nextRegion += (pages * PAGE_BYTES + step) / step * step + step;
    return address;
  }

  /** Names a variable, so that analyses can name what lies there. */
  public TraceBuilder variable(String name, long address, long bytes) {
    writer.variable(0, name, address, bytes);
    return this;
  }

  /** The code address of a source line; the same line gives the same address. */
  public long code(String function, String file, int line) {
    return ips.computeIfAbsent(
        function + '\n' + file + '\n' + line,
        key -> {
          long ip = nextIp;
          nextIp += 16;
          writer.code(ip, 0, function, file, line);
          return ip;
        });
  }

  /** A call stack of code addresses, the innermost first; its number is for an allocation. */
  public int stack(long... callers) {
    stacks++;
    for (int depth = 0; depth < callers.length; depth++) {
      writer.stack(stacks, depth, callers[depth]);
    }
    return stacks;
  }

  /** The main thread; it begins with the first call. */
  public ThreadBuilder mainThread() {
    if (threads.isEmpty()) {
      begin(-1, "main", 0);
    }
    return threads.get(0);
  }

  /** A new thread, created by another one at this point of the recorded order. */
  public ThreadBuilder spawn(ThreadBuilder parent, String name) {
    parent.created(threads.size());
    return begin(parent.number(), name, 0);
  }

  /**
   * The same, with the word that the kernel clears at its exit, as glibc has it above the stack.
   * The script maps it.
   */
  public ThreadBuilder spawn(ThreadBuilder parent, String name, long wordOnStack) {
    parent.created(threads.size());
    return begin(parent.number(), name, wordOnStack);
  }

  private ThreadBuilder begin(int parent, String name, long wordOnStack) {
    begun = true;
    int number = threads.size();
    long stackHigh = STACK_TOP - (long) number * STACK_SPACING_PAGES * PAGE_BYTES;
    long stackLow = stackHigh - (long) STACK_PAGES * PAGE_BYTES;
    ThreadBuilder thread =
        new ThreadBuilder(
            this, writer, number, parent, name, stackLow, stackHigh, full, sliceInstructions);
    threads.add(thread);
    // The stacks of later threads are mapped when they are created; a script needs no more.
    writer.map(
        parent < 0 ? -1 : nextSequence,
        Math.max(parent, 0),
        parent < 0 ? "initial" : "mmap",
        stackLow,
        stackHigh - stackLow,
        PROT_READ_WRITE,
        MAP_PRIVATE_ANONYMOUS,
        0,
        parent < 0 ? "[stack]" : "");
    thread.started(wordOnStack);
    return thread;
  }

  /** All threads so far. */
  public List<ThreadBuilder> threads() {
    return List.copyOf(threads);
  }

  /** The writer, for tables that the script does not cover. */
  public TraceWriter writer() {
    return writer;
  }

  long takeSequence() {
    return nextSequence++;
  }

  /** Ends threads that have not exited, the main thread last, and completes the trace. */
  public void finish() {
    if (!begun) {
      mainThread();
    }
    for (int t = threads.size() - 1; t >= 0; t--) {
      threads.get(t).exit();
    }
    for (ThreadBuilder thread : threads) {
      thread.writeRow();
    }
    if (writer.manifest().exitCode() < 0) {
      writer.manifest().exitCode(0);
    }
    try {
      writer.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    finished = true;
  }

  @Override
  public void close() throws IOException {
    if (!finished) {
      writer.close();
    }
  }
}
