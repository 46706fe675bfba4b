package org.popcornreplay.tracer.capture;

import it.unimi.dsi.fastutil.ints.Int2IntMap;
import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.popcornreplay.traces.AccessKind;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.TraceWriter;
import org.popcornreplay.traces.VisitFlags;
import org.popcornreplay.traces.VisitReduction;

/**
 * Turns the capture tool's stream, which stream.h lays out, into a trace. Memory depends on
 * threads, images, live heap blocks and the pages of one slice, not on the length of the stream.
 */
public final class CaptureStream {
  private static final int VERSION = 3;
  private static final int HELLO = 1;
  private static final int SLICE = 2;
  private static final int EVENT = 3;
  private static final int ATOMIC = 4;
  private static final int KERNEL = 5;
  private static final int THREAD = 6;
  private static final int NAME = 7;
  private static final int MAP = 8;
  private static final int CODE = 9;
  private static final int STACK = 10;
  private static final int HEAP = 11;
  private static final int SEGMENT = 12;
  private static final int WORDS = 13;
  private static final int END = 14;
  private static final int NOTE = 16;
  private static final int THREAD_END = 17;
  private static final int PROGRAM = 18;
  private static final int WAITED = 19;
  private static final int LEFT = 20;

  private static final int HEAD_BYTES = 32;
  private static final int MEMBER_BYTES = 32;
  private static final int EVENT_WORDS = 11;
  private static final int GUARDED = 2;
  private static final int MAX_THREADS = 1 << 20;

  /** The kernel's MAX_RW_COUNT: no system call moves more. */
  private static final long MAX_KERNEL_BYTES = 0x7ffff000L;

  private static final int EXECVE = 59;
  private static final int EXECVEAT = 322;
  private static final int IO_URING_SETUP = 425;
  private static final long FLUSH_NANOS = 5_000_000_000L;
  private static final String[] MAP_OPERATIONS = {
    "initial", "mmap", "munmap", "mprotect", "mremap", "brk", "madvise", "stack"
  };

  private final RecordReader record;
  private final TraceWriter trace;
  private final boolean full;
  private final List<RecordedThread> threads = new ArrayList<>();
  private final LoadedImages images = new LoadedImages();
  private final SliceRows slice = new SliceRows();
  private final SpinLoops spins = new SpinLoops(this::spun);
  private final Long2LongOpenHashMap liveBlocks = new Long2LongOpenHashMap();
  private final Long2ObjectOpenHashMap<Segment> segments = new Long2ObjectOpenHashMap<>();
  private final long[] event = new long[EVENT_WORDS];

  /** Code addresses by the numbers that the tool gave them, from 1. */
  private long[] codes = new long[1 << 12];

  /** The trace's numbers of them, where it holds visits. */
  private int[] sites = new int[1 << 12];

  private final List<String> notes = new ArrayList<>();
  private long flushed = System.nanoTime();
  private long sequence;
  private long blocks;
  private long instructions;
  private long accesses;
  private volatile long shownInstructions;
  private volatile long shownAccesses;
  private volatile boolean helloed;
  private boolean ended;
  private boolean replaced;
  private boolean left;
  private int exitStatus = -1;
  private int lastThread;
  private long lastInstructions;
  private final List<String> words = new ArrayList<>();
  private final Int2IntOpenHashMap waited = new Int2IntOpenHashMap();

  private static final class RecordedThread {
    private int tid;
    private int parent;
    private String name;
    private long stackLow;
    private long stackHigh;
    private long start = -1;
    private long exit = -1;
    private long instructions;
    private long reads;
    private long writes;
    private VisitReduction kernel;
  }

  /** Full detail: what a logged segment says. */
  private static final class Segment {
    private int instructions;
    private int words;
    private boolean guarded;
    private long[] offset;
    private int[] root;
    private int[] instruction;
    private int[] site;
    private int[] kind;
  }

  /**
   * A stream into a trace.
   *
   * @param mainName name of the main thread
   */
  public CaptureStream(ReadableByteChannel channel, TraceWriter trace, String mainName) {
    record = new RecordReader(channel);
    this.trace = trace;
    full = trace.manifest().fullDetail();
    liveBlocks.defaultReturnValue(-1);
    RecordedThread main = thread(0);
    main.name = mainName;
  }

  /** Instructions so far, for progress; may be read by another thread. */
  public long instructions() {
    return shownInstructions;
  }

  /** Accesses so far, for progress; may be read by another thread. */
  public long accesses() {
    return shownAccesses;
  }

  /** Whether the tool has begun to talk. */
  public boolean begun() {
    return helloed;
  }

  /** Whether the tool said that the program had ended, or the program replaced itself. */
  public boolean ended() {
    return ended || replaced;
  }

  /** Whether the stream ended with the program's replacing itself by another one. */
  public boolean replaced() {
    return replaced && !ended;
  }

  /** Whether the program replaced itself by one that is not followed. */
  public boolean left() {
    return left && replaced && !ended;
  }

  /** What the program gave to its exit call, or -1 where it made none. */
  public int exitStatus() {
    return exitStatus;
  }

  /** The program and its arguments, where the tool told them: those of followed processes. */
  public List<String> programWords() {
    return List.copyOf(words);
  }

  /** The wait status of each process that the program waited for, by process id. */
  public Int2IntMap waited() {
    return waited;
  }

  /** The process, as the tool told it. */
  public int pid() {
    return threads.get(0).tid;
  }

  /** The thread of the last event, which is the one that replaced the program. */
  public int lastThread() {
    return lastThread;
  }

  /** Instructions of the last event's thread before it. */
  public long lastInstructions() {
    return lastInstructions;
  }

  /** What the tool had to say to people. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /**
   * Reads to the end of the stream.
   *
   * @throws IOException also where a record's numbers contradict each other
   */
  public void read() throws IOException {
    try {
      readRecords();
    } catch (IndexOutOfBoundsException
        | IllegalArgumentException
        | ArithmeticException
        | NegativeArraySizeException e) {
      throw new IOException(
          "capture stream: record type="
              + record.type()
              + " bytes="
              + record.bytes()
              + ", expected one that agrees with itself: "
              + e.getMessage(),
          e);
    }
  }

  private void readRecords() throws IOException {
    for (int records = 0; record.next(); records++) {
      if ((records & 255) == 0) {
        show();
        flushNowAndThen();
      }
      readRecord();
    }
    endSlice();
    show();
    for (RecordedThread t : threads) {
      if (t.kernel != null) {
        t.kernel.cut(t.instructions);
      }
    }
    trace.flush(); // rows that contradict each other are found here
  }

  /** A method of its own, which is compiled long before a loop that never ends. */
  private void readRecord() throws IOException {
    int type = record.type();
    if (type == SLICE) {
      slice();
      return;
    }
    endSlice();
    switch (type) {
      case EVENT -> event();
      case ATOMIC -> atomic();
      case KERNEL -> kernel();
      case WORDS -> words();
      default -> readSeldom(type);
    }
  }

  private void readSeldom(int type) throws IOException {
    switch (type) {
      case HELLO -> hello();
      case THREAD -> threadBegins();
      case NAME -> name();
      case MAP -> map();
      case CODE -> code();
      case STACK -> stack();
      case HEAP -> heap();
      case SEGMENT -> segment();
      case END -> {
        record.expect(8);
        ended = true;
        exitStatus = record.number(0);
      }
      case NOTE -> note(record.text(0));
      case THREAD_END -> threadEnds();
      case PROGRAM -> {
        record.expect(9);
        words.add(record.text(8));
      }
      case WAITED -> {
        record.expect(8);
        waited.put(record.number(0), record.number(4));
      }
      case LEFT -> left = true;
      default -> throw new IOException("capture stream: type=" + type + ", expected 1 to " + LEFT);
    }
  }

  /** A recorder that is killed loses at most what it received in these nanoseconds. */
  private void flushNowAndThen() {
    long now = System.nanoTime();
    if (now - flushed > FLUSH_NANOS) {
      flushed = now;
      trace.flush();
    }
  }

  private void show() {
    shownInstructions = instructions;
    shownAccesses = accesses;
  }

  /** Writes the tables that are complete only at the end: threads, images, code, variables. */
  public void finish() {
    for (int i = 0; i < threads.size(); i++) {
      RecordedThread t = threads.get(i);
      if (t.start < 0 && i > 0) {
        continue; // announced, but ended before its first instruction
      }
      trace.thread(
          i,
          t.tid,
          t.parent,
          t.name,
          t.stackLow,
          t.stackHigh,
          t.start,
          t.exit,
          t.instructions,
          t.reads,
          t.writes);
    }
    images.write(trace);
  }

  private RecordedThread thread(int number) {
    if (number < 0 || number > Math.min(threads.size() + 100_000, MAX_THREADS)) {
      throw new IllegalArgumentException("thread=" + number);
    }
    while (threads.size() <= number) {
      RecordedThread t = new RecordedThread();
      t.name = "thread " + threads.size();
      t.parent = -1;
      threads.add(t);
    }
    return threads.get(number);
  }

  private void hello() throws IOException {
    record.expect(24);
    if (record.number(0) != VERSION) {
      throw new IOException(
          "capture stream: version=" + record.number(0) + ", expected " + VERSION);
    }
    thread(0).tid = record.number(4);
    helloed = true;
  }

  private void slice() throws IOException {
    record.expect(HEAD_BYTES);
    int number = record.number(0);
    int rows = record.number(4);
    long start = record.wide(8);
    long end = record.wide(16);
    record.expect(HEAD_BYTES + (long) rows * SliceRows.LEAST_ROW_BYTES);
    if (slice.holdsOther(number, start) || slice.isFull(rows)) {
      endSlice();
    }
    RecordedThread t = thread(number);
    slice.add(record, HEAD_BYTES, rows, number, start, end, record.wide(24), codes, sites);
    reached(t, end);
  }

  private void endSlice() {
    if (slice.isEmpty()) {
      return;
    }
    RecordedThread t = threads.get(slice.thread());
    if (t.kernel != null) {
      t.kernel.cut(slice.start());
    }
    long reads = trace.reads();
    long writes = trace.writes();
    slice.emit(trace, spins);
    t.reads += trace.reads() - reads;
    t.writes += trace.writes() - writes;
    accesses += trace.reads() - reads + trace.writes() - writes;
  }

  /** A thread went on after it had waited for another thread's write, in the slice that ends. */
  private void spun(
      int number, long at, long line, long from, long until, int writer, long writtenAt, long ip) {
    trace.event(
        number,
        at,
        sequence++,
        EventKind.SPIN,
        0,
        line,
        from,
        until,
        writer,
        writtenAt,
        0,
        0,
        0,
        0,
        ip);
  }

  private void reached(RecordedThread t, long at) {
    if (at > t.instructions) {
      instructions += at - t.instructions;
      t.instructions = at;
    }
  }

  private void note(String text) {
    if (!notes.contains(text)) {
      notes.add(text);
    }
  }

  private void event() throws IOException {
    record.expect(16);
    int which = record.number(12);
    record.expect(16 + 8L * Integer.bitCount(which));
    for (int i = 0, from = 16; i < EVENT_WORDS; i++) {
      boolean there = (which & (1 << i)) != 0;
      event[i] = there ? record.wide(from) : 0;
      from += there ? 8 : 0;
    }
    int number = record.number(0);
    EventKind kind = EventKind.ofCode(record.number(4));
    if (kind == null) {
      throw new IOException("capture stream: event kind=" + record.number(4));
    }
    RecordedThread t = thread(number);
    long at = event[0];
    // What the kernel does to a page at one place is one row, also with an event in between: a
    // thread is created within the call that creates it.
    reached(t, at);
    switch (kind) {
      case THREAD_START -> {
        t.start = sequence;
        t.tid = (int) event[3];
      }
      case THREAD_EXIT, PROCESS_EXIT -> t.exit = sequence;
      default -> {}
    }
    int code = record.number(8);
    if (kind == EventKind.SYSCALL && code == IO_URING_SETUP && event[8] >= 0) {
      note(
          "the program uses io_uring: what the kernel reads and writes through its rings is not in"
              + " the trace, expected plain system calls: turn io_uring off in the program");
    }
    replaced = kind == EventKind.SYSCALL && (code == EXECVE || code == EXECVEAT) && event[8] == 0;
    left = false;
    lastThread = number;
    lastInstructions = at;
    trace.event(
        number,
        at,
        sequence++,
        kind,
        code,
        event[1],
        event[2],
        event[3],
        event[4],
        event[5],
        event[6],
        event[7],
        event[8],
        event[9],
        event[10]);
  }

  private void atomic() throws IOException {
    record.expect(32);
    int number = record.number(0);
    long at = record.wide(8);
    reached(thread(number), at);
    trace.event(
        number,
        at,
        sequence++,
        EventKind.ATOMIC,
        0,
        record.wide(16),
        Short.toUnsignedInt(record.small(4)),
        record.small(6),
        0,
        0,
        0,
        0,
        0,
        0,
        record.wide(24));
  }

  private void kernel() throws IOException {
    record.expect(40);
    int number = record.number(0);
    int kind = record.number(4) == 0 ? AccessKind.READ : AccessKind.WRITE;
    long at = record.wide(8);
    long address = record.wide(16);
    long bytes = Math.min(record.wide(24), MAX_KERNEL_BYTES);
    long ip = record.wide(32);
    RecordedThread t = thread(number);
    reached(t, at);
    if (!full && t.kernel == null) {
      t.kernel = new VisitReduction(number, Integer.MAX_VALUE, trace::visit);
    }
    while (bytes > 0) {
      int part = (int) Math.min(bytes, 1 << 28);
      if (full) {
        trace.access(number, at, address, part, kind, ip, VisitFlags.KERNEL);
      } else {
        t.kernel.access(at, address, part, kind, ip, VisitFlags.KERNEL);
      }
      address += part;
      bytes -= part;
    }
  }

  private void threadBegins() throws IOException {
    record.expect(32);
    RecordedThread t = thread(record.number(0));
    t.tid = record.number(4);
    t.parent = record.number(8) - 1;
    t.stackLow = record.wide(16);
    t.stackHigh = record.wide(24);
    spins.stack(record.number(0), t.stackLow, t.stackHigh);
  }

  private void threadEnds() throws IOException {
    record.expect(16);
    RecordedThread t = thread(record.number(0));
    reached(t, record.wide(8));
    if (t.kernel != null) {
      t.kernel.cut(t.instructions);
    }
  }

  private void name() throws IOException {
    record.expect(9);
    thread(record.number(0)).name = record.text(8);
  }

  private void map() throws IOException {
    record.expect(41);
    int operation = record.number(4);
    if (operation < 0 || operation >= MAP_OPERATIONS.length) {
      throw new IOException("capture stream: map operation=" + operation);
    }
    long start = record.wide(8);
    long length = record.wide(16);
    int protection = record.number(24);
    long offset = record.wide(32);
    String file = record.text(40);
    trace.map(
        operation == 0 ? -1 : sequence - 1,
        record.number(0),
        MAP_OPERATIONS[operation],
        start,
        length,
        protection,
        record.number(28),
        offset,
        file);
    if (file.startsWith("/")) {
      images.mapped(file, start, length, offset, protection);
    }
  }

  private void code() throws IOException {
    record.expect(25);
    int number = record.number(8);
    if (number < 1 || number > codes.length) {
      throw new IOException(
          "capture stream: code number=" + number + ", expected 1 to " + codes.length);
    }
    if (number == codes.length) {
      codes = Arrays.copyOf(codes, 2 * number);
      sites = Arrays.copyOf(sites, 2 * number);
    }
    codes[number] = record.wide(0);
    if (!full) {
      sites[number] = trace.site(record.wide(0));
    }
    int functionBytes = record.number(16);
    record.expect(24L + functionBytes);
    images.code(
        record.wide(0),
        record.text(24, functionBytes),
        record.text(24 + functionBytes),
        record.number(12));
  }

  private void stack() throws IOException {
    record.expect(8);
    int depth = record.number(4);
    record.expect(8 + 8L * depth);
    for (int i = 0; i < depth; i++) {
      trace.stack(record.number(0), i, record.wide(8 + 8 * i));
    }
  }

  private void heap() throws IOException {
    record.expect(32);
    int stack = record.number(4) - 1;
    long address = record.wide(16);
    boolean allocated = stack >= 0;
    long block;
    if (allocated) {
      block = blocks++;
      liveBlocks.put(address, block);
    } else {
      block = liveBlocks.remove(address);
    }
    int number = record.number(0);
    long at = record.wide(8);
    reached(thread(number), at);
    trace.event(
        number,
        at,
        sequence++,
        allocated ? EventKind.HEAP_ALLOC : EventKind.HEAP_FREE,
        0,
        address,
        record.wide(24),
        block,
        allocated ? stack : 0,
        0,
        0,
        0,
        0,
        0,
        0);
  }

  // ---- full detail

  private void segment() throws IOException {
    record.expect(24);
    int members = Short.toUnsignedInt(record.small(14));
    record.expect(24 + (long) members * MEMBER_BYTES);
    Segment s = new Segment();
    s.instructions = record.number(8);
    s.words = Short.toUnsignedInt(record.small(12));
    s.guarded = record.number(16) == GUARDED;
    s.offset = new long[members];
    s.root = new int[members];
    s.instruction = new int[members];
    s.site = new int[members];
    s.kind = new int[members];
    for (int i = 0; i < members; i++) {
      int at = 24 + i * MEMBER_BYTES;
      s.offset[i] = record.wide(at);
      s.root[i] = record.small(at + 20);
      s.instruction[i] = record.small(at + 22);
      s.kind[i] = record.number(at + 24);
      s.site[i] = trace.site(record.wide(at + 8), record.number(at + 16), s.kind[i], 0);
      if (s.root[i] < -1 || s.root[i] >= s.words) {
        throw new IOException("capture stream: root=" + s.root[i] + " of words=" + s.words);
      }
    }
    segments.put(record.wide(0), s);
  }

  private void words() throws IOException {
    record.expect(16);
    int number = record.number(0);
    int end = 16 + 8 * record.number(4);
    record.expect(end);
    RecordedThread t = thread(number);
    long at = record.wide(8);
    for (int p = 16; p < end; ) {
      Segment s = segments.get(record.wide(p));
      if (s == null || p + 8 + 8 * s.words > end) {
        throw new IOException("capture stream: segment=" + record.wide(p));
      }
      if (!s.guarded || record.wide(p + 8) != 0) {
        for (int i = 0; i < s.offset.length; i++) {
          long address = record.wide(p + 8 + 8 * s.root[i]) + s.offset[i];
          trace.access(number, at + s.instruction[i], address, s.site[i]);
          t.reads += AccessKind.reads(s.kind[i]) ? 1 : 0;
          t.writes += AccessKind.writes(s.kind[i]) ? 1 : 0;
        }
        accesses += s.offset.length;
      }
      at += s.instructions;
      p += 8 + 8 * s.words;
    }
    reached(t, at);
  }
}
