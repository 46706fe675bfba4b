package org.popcornreplay.tracer.capture;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrays;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.popcornreplay.traces.EventKind;
import org.popcornreplay.traces.SyncFunction;
import org.popcornreplay.traces.TraceWriter;
import org.popcornreplay.traces.VisitFlags;

/**
 * Turns the capture tool's stream into a trace. The layout of each record is in poptrace_wire.h.
 * Memory depends on threads, images and the pages of one slice, not on the length of the stream.
 */
public final class CaptureStream {
  private static final long MAGIC = 0x3130636172547050L;
  private static final int HELLO = 1;
  private static final int SLICE = 2;
  private static final int ACCESS = 3;
  private static final int EVENT = 4;
  private static final int MAP = 5;
  private static final int CODE = 6;
  private static final int THREAD = 7;
  private static final int STACK = 8;
  private static final int END = 9;

  private static final int VISIT_BYTES = 64;
  private static final int MAX_VISITS = 1 << 20;
  private static final int MAX_RANGES = 1 << 24;
  private static final int PAGE_SHIFT = 12;
  private static final int PROT_EXEC = 4;
  private static final String[] MAP_OPERATIONS = {
    "initial", "mmap", "munmap", "mprotect", "mremap", "brk", "madvise", "stack"
  };

  private final Wire wire;
  private final TraceWriter trace;
  private final String mainName;
  private final List<RecordedThread> threads = new ArrayList<>();
  private final Map<String, RecordedImage> images = new LinkedHashMap<>();
  private final Long2IntOpenHashMap threadByHandle = new Long2IntOpenHashMap();
  private final KernelPages kernelPages = new KernelPages();
  private final SlicePages slice = new SlicePages();
  private volatile long instructions;
  private volatile long accesses;
  private boolean ended;

  private static final class RecordedThread {
    private int tid;
    private int parent;
    private long stackLow;
    private long stackHigh;
    private long start;
    private long exit = -1;
    private long instructions;
    private long reads;
    private long writes;
  }

  private static final class RecordedImage {
    private int number;
    private long start = Long.MAX_VALUE;
    private long end;
    private boolean executable;
  }

  /**
   * A stream into a trace.
   *
   * @param mainName name of the main thread
   */
  public CaptureStream(ReadableByteChannel channel, TraceWriter trace, String mainName) {
    wire = new Wire(channel);
    this.trace = trace;
    this.mainName = mainName;
    threadByHandle.defaultReturnValue(-1);
  }

  /** Instructions so far, for progress; may be read by another thread. */
  public long instructions() {
    return instructions;
  }

  /** Accesses so far, for progress; may be read by another thread. */
  public long accesses() {
    return accesses;
  }

  /** Whether the tool said that the program had ended. */
  public boolean ended() {
    return ended;
  }

  /** Reads to the end of the stream. */
  public void read() throws IOException {
    while (wire.more()) {
      int type = wire.number();
      switch (type) {
        case HELLO -> hello();
        case SLICE -> slice();
        case ACCESS -> access();
        case EVENT -> event();
        case MAP -> map();
        case CODE -> code();
        case THREAD -> thread();
        case STACK -> stack();
        case END -> {
          wire.number();
          wire.wide();
          wire.wide();
          ended = true;
        }
        default -> throw new IOException("record type=" + type + ", expected 1 to " + END);
      }
    }
  }

  /** Writes the tables that are complete only at the end: threads, images and their variables. */
  public void finish() throws IOException {
    for (int i = 0; i < threads.size(); i++) {
      RecordedThread t = threads.get(i);
      trace.thread(
          i,
          t.tid,
          t.parent,
          i == 0 ? mainName : "thread " + i,
          t.stackLow,
          t.stackHigh,
          t.start,
          t.exit,
          t.instructions,
          t.reads,
          t.writes);
    }
    for (Map.Entry<String, RecordedImage> entry : images.entrySet()) {
      RecordedImage image = entry.getValue();
      ElfFile elf = image.executable ? ElfFile.open(Path.of(entry.getKey())) : null;
      long bias = elf == null ? 0 : image.start - elf.linkedStart();
      if (image.end == 0) {
        image.start = 0;
      }
      trace.image(
          image.number,
          entry.getKey(),
          elf == null ? "" : elf.buildId(),
          image.start,
          image.end,
          bias);
      if (elf != null) {
        elf.variables(
            (name, address, bytes) -> trace.variable(image.number, name, address + bias, bytes));
      }
    }
  }

  private void hello() throws IOException {
    long magic = wire.wide();
    if (magic != MAGIC) {
      throw new IOException("magic=" + Long.toHexString(magic) + ", expected PpTrac01");
    }
    wire.number();
    wire.wide();
    wire.number();
    wire.number();
  }

  private RecordedThread threadNumbered(int number) throws IOException {
    if (number < 0 || number >= threads.size()) {
      throw new IOException("thread=" + number + ", expected 0 to " + (threads.size() - 1));
    }
    return threads.get(number);
  }

  private void slice() throws IOException {
    ByteBuffer head = wire.fixed(24);
    int number = head.getInt();
    int visits = head.getInt();
    long start = head.getLong();
    long length = head.getLong();
    RecordedThread t = threadNumbered(number);
    if (visits < 0 || visits > MAX_VISITS || length < 0 || length > Integer.MAX_VALUE) {
      throw new IOException("slice: visits=" + visits + " length=" + length);
    }
    slice.clear(visits);
    for (int i = 0; i < visits; i++) {
      slice.read(wire.fixed(VISIT_BYTES));
    }
    slice.sort();
    long reads = 0;
    long writes = 0;
    for (int i = 0; i < visits; i++) {
      SlicePages.Row v = slice.row(i);
      trace.visit(
          number,
          start,
          (int) length,
          v.page,
          v.firstRead,
          v.firstWrite,
          v.reads,
          v.writes,
          v.readLines,
          v.writeLines,
          v.readIp,
          v.writeIp,
          v.flags);
      reads += v.reads;
      writes += v.writes;
    }
    t.reads += reads;
    t.writes += writes;
    accesses += reads + writes;
    if (start + length > t.instructions) {
      instructions += start + length - t.instructions;
      t.instructions = start + length;
    }
  }

  private void access() throws IOException {
    ByteBuffer b = wire.fixed(40);
    int number = b.getInt();
    int bytes = b.getInt();
    long at = b.getLong();
    long address = b.getLong();
    long ip = b.getLong();
    int kind = b.getInt();
    int flags = b.getInt();
    RecordedThread t = threadNumbered(number);
    trace.access(number, at, address, bytes, kind, ip, flags);
    if (kind != 1) {
      t.reads++;
    }
    if (kind != 0) {
      t.writes++;
    }
    accesses++;
    if (at > t.instructions) {
      instructions += at - t.instructions;
      t.instructions = at;
    }
  }

  private void event() throws IOException {
    ByteBuffer b = wire.fixed(112);
    int code = b.getInt();
    int number = b.getInt();
    long at = b.getLong();
    long sequence = b.getLong();
    int detail = b.getInt();
    b.getInt();
    long object = b.getLong();
    long a0 = b.getLong();
    long a1 = b.getLong();
    long a2 = b.getLong();
    long a3 = b.getLong();
    long a4 = b.getLong();
    long a5 = b.getLong();
    long result = b.getLong();
    long nanos = b.getLong();
    long ip = b.getLong();
    RecordedThread t = threadNumbered(number);
    EventKind kind = EventKind.ofCode(code);
    if (kind == null) {
      throw new IOException("event: kind=" + code + ", expected a kind of the trace format");
    }
    if (kind == EventKind.THREAD_CREATE) {
      threadByHandle.put(object, (int) a0);
    } else if (detail == SyncFunction.JOIN.ordinal()
        && (kind == EventKind.SYNC_ENTER || kind == EventKind.SYNC_EXIT)) {
      a1 = threadByHandle.get(object);
    } else if (kind == EventKind.THREAD_START && t.parent >= 0) {
      a0 = t.parent;
      t.tid = (int) a1;
    } else if (kind == EventKind.THREAD_EXIT) {
      t.exit = sequence;
    }
    trace.event(
        number, at, sequence, kind, detail, object, a0, a1, a2, a3, a4, a5, result, nanos, ip);
    kernelAccesses(number, at);
  }

  /** The pages that the kernel touched for the thread, as visits at the event's place. */
  private void kernelAccesses(int number, long at) throws IOException {
    int ranges = wire.number();
    if (ranges < 0 || ranges > MAX_RANGES) {
      throw new IOException("event: ranges=" + ranges + ", expected 0 to " + MAX_RANGES);
    }
    if (ranges == 0) {
      return;
    }
    kernelPages.clear();
    for (int i = 0; i < ranges; i++) {
      ByteBuffer b = wire.fixed(24);
      long address = b.getLong();
      long bytes = b.getLong();
      boolean write = b.getInt() != 0;
      b.getInt();
      kernelPages.add(address, bytes, write);
    }
    kernelPages.each(
        (page, reads, writes, readLines, writeLines) ->
            trace.visit(
                number,
                at,
                0,
                page,
                reads > 0 ? 0 : -1,
                writes > 0 ? 0 : -1,
                reads,
                writes,
                readLines,
                writeLines,
                0,
                0,
                VisitFlags.KERNEL));
  }

  private void map() throws IOException {
    ByteBuffer b = wire.fixed(48);
    long sequence = b.getLong();
    int number = b.getInt();
    int operation = b.getInt();
    long start = b.getLong();
    long length = b.getLong();
    int prot = b.getInt();
    int flags = b.getInt();
    long offset = b.getLong();
    String file = wire.text();
    if (operation < 0 || operation >= MAP_OPERATIONS.length) {
      throw new IOException("map: operation=" + operation);
    }
    trace.map(
        sequence, number, MAP_OPERATIONS[operation], start, length, prot, flags, offset, file);
    if (file.startsWith("/")) {
      RecordedImage image = image(file);
      image.start = Math.min(image.start, start);
      image.end = Math.max(image.end, start + length);
      image.executable |= (prot & PROT_EXEC) != 0;
    }
  }

  private RecordedImage image(String path) {
    RecordedImage image = images.get(path);
    if (image == null) {
      image = new RecordedImage();
      image.number = images.size();
      images.put(path, image);
    }
    return image;
  }

  private void code() throws IOException {
    long ip = wire.wide();
    String function = wire.text();
    String folder = wire.text();
    String file = wire.text();
    int line = wire.number();
    String path = wire.text();
    int image = path.isEmpty() ? -1 : image(path).number;
    trace.code(ip, image, function, folder.isEmpty() ? file : folder + "/" + file, line);
  }

  private void thread() throws IOException {
    ByteBuffer b = wire.fixed(56);
    int number = b.getInt();
    int tid = b.getInt();
    int parent = b.getInt();
    b.getInt();
    long low = b.getLong();
    long high = b.getLong();
    long start = b.getLong();
    long exit = b.getLong();
    long count = b.getLong();
    wire.text();
    if (exit == -1) {
      if (number != threads.size()) {
        throw new IOException("thread=" + number + ", expected " + threads.size());
      }
      RecordedThread t = new RecordedThread();
      t.tid = tid;
      t.parent = parent;
      t.stackLow = low;
      t.stackHigh = high;
      t.start = start;
      threads.add(t);
    } else {
      threadNumbered(number).instructions = count;
    }
  }

  private void stack() throws IOException {
    int number = wire.number();
    int depth = wire.number();
    if (depth < 0 || depth > 64) {
      throw new IOException("stack: depth=" + depth + ", expected 0 to 64");
    }
    for (int i = 0; i < depth; i++) {
      trace.stack(number, i, wire.wide());
    }
  }

  /** The visits of one slice, sorted by page. */
  private static final class SlicePages {
    private Row[] rows = new Row[0];
    private int count;

    private static final class Row {
      private long page;
      private int firstRead;
      private int firstWrite;
      private int reads;
      private int writes;
      private long readLines;
      private long writeLines;
      private long readIp;
      private long writeIp;
      private int flags;
    }

    void clear(int room) {
      count = 0;
      int had = rows.length;
      if (had < room) {
        rows = java.util.Arrays.copyOf(rows, Math.max(room, 2 * had));
        for (int i = had; i < rows.length; i++) {
          rows[i] = new Row();
        }
      }
    }

    void read(ByteBuffer b) {
      Row r = rows[count++];
      r.page = b.getLong();
      r.firstRead = b.getInt();
      r.firstWrite = b.getInt();
      r.reads = b.getInt();
      r.writes = b.getInt();
      r.readLines = b.getLong();
      r.writeLines = b.getLong();
      r.readIp = b.getLong();
      r.writeIp = b.getLong();
      r.flags = b.getInt();
      b.getInt();
    }

    void sort() {
      java.util.Arrays.sort(rows, 0, count, (x, y) -> Long.compareUnsigned(x.page, y.page));
    }

    Row row(int i) {
      return rows[i];
    }
  }

  /** What one system call touched, by page in ascending order. */
  private static final class KernelPages {
    private interface Sink {
      void page(long page, int reads, int writes, long readLines, long writeLines);
    }

    private static final long MAX_RANGE_BYTES = 1L << 40;
    private final it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap<long[]> pages =
        new it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap<>();

    void clear() {
      pages.clear();
    }

    void add(long address, long bytes, boolean write) throws IOException {
      if (bytes <= 0 || bytes > MAX_RANGE_BYTES) {
        throw new IOException("kernel range: bytes=" + bytes);
      }
      long last = address + bytes - 1;
      for (long page = address >>> PAGE_SHIFT; page <= last >>> PAGE_SHIFT; page++) {
        long from = Math.max(address, page << PAGE_SHIFT);
        long to = Math.min(last, (page << PAGE_SHIFT) + 4095);
        int low = (int) (from >>> 6) & 63;
        int high = (int) (to >>> 6) & 63;
        long lines = (-1L >>> (63 - (high - low))) << low;
        long[] sums = pages.computeIfAbsent(page, p -> new long[4]);
        int side = write ? 1 : 0;
        sums[side]++;
        sums[2 + side] |= lines;
      }
    }

    void each(Sink sink) {
      long[] order = pages.keySet().toLongArray();
      LongArrays.quickSort(order);
      for (long page : order) {
        long[] sums = pages.get(page);
        sink.page(page, (int) sums[0], (int) sums[1], sums[2], sums[3]);
      }
    }
  }
}
