package org.popcornreplay.traces;

import com.fasterxml.jackson.databind.node.ObjectNode;
import it.unimi.dsi.fastutil.ints.Int2ObjectAVLTreeMap;
import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import org.popcornreplay.traces.arrow.ColumnBatch;
import org.popcornreplay.traces.arrow.StreamWriter;
import org.popcornreplay.traces.cli.FileFault;

/**
 * Writes a trace, row by row, from one thread. Rows of a thread must come in the order of the
 * format (visits by start, accesses and events by instructions); rows of different threads may
 * interleave. Memory is bounded: rows wait in buffers by thread until a buffer is full, all
 * together pass a limit, or {@link #flush} is called. The manifest says that the trace is
 * incomplete until {@link #finish}. Failures to write, a full disk for one, come as {@link
 * UncheckedIOException}; what was written before stays readable.
 */
public final class TraceWriter implements AutoCloseable {
  /** Rows of a full batch. */
  public static final int BATCH_ROWS = 1 << 16;

  /** Default limit of all row buffers together, in bytes. */
  public static final long DEFAULT_BUFFER_BYTES = 64L << 20;

  private static final int SMALL_BATCH_ROWS = 1 << 14;

  private Path directory;
  private final Manifest manifest;
  private final long bufferBytes;
  private final EnumMap<TraceTable, TableOutput> outputs = new EnumMap<>(TraceTable.class);
  private long buffered;
  private boolean closed;

  private final VisitOutput visits;
  private final AccessOutput accesses;
  private final TableOutput sites;
  private final SiteNumbers siteNumbers = new SiteNumbers();
  private final VisitRows oneVisit = new VisitRows();
  private final VisitRows inOrder = new VisitRows();
  private final TableOutput events;
  private final TableOutput threads;
  private final TableOutput maps;
  private final TableOutput images;
  private final TableOutput code;
  private final TableOutput variables;
  private final TableOutput stacks;

  private final TraceCounts counts = new TraceCounts();

  private TraceWriter(Path directory, Manifest manifest, long bufferBytes) throws IOException {
    this.directory = directory;
    this.manifest = manifest;
    this.bufferBytes = bufferBytes;
    Files.createDirectories(directory);
    manifest.ofThisVersion(); // it may be that of an older trace, from which this one is made
    manifest.complete(false);
    manifest.write(directory);
    visits = new VisitOutput();
    sites = new TableOutput(TraceTable.SITES);
    accesses = manifest.fullDetail() ? new AccessOutput() : null;
    events = new TableOutput(TraceTable.EVENTS);
    threads = new TableOutput(TraceTable.THREADS);
    maps = new TableOutput(TraceTable.MAPS);
    images = new TableOutput(TraceTable.IMAGES);
    code = new TableOutput(TraceTable.CODE);
    variables = new TableOutput(TraceTable.VARIABLES);
    stacks = new TableOutput(TraceTable.STACKS);
    oneVisit.reserve(1);
  }

  /** As {@link #create(Path, Manifest, long)} with the default limit. */
  public static TraceWriter create(Path directory, Manifest manifest) throws IOException {
    return create(directory, manifest, DEFAULT_BUFFER_BYTES);
  }

  /**
   * Begins a trace.
   *
   * @param directory made if missing; must not hold files of a trace
   * @param manifest what is known now; more may be set until {@link #finish}
   * @param bufferBytes limit of all row buffers together
   */
  public static TraceWriter create(Path directory, Manifest manifest, long bufferBytes)
      throws IOException {
    return new TraceWriter(directory, manifest, bufferBytes);
  }

  /** The manifest, to set what becomes known while recording. */
  public Manifest manifest() {
    return manifest;
  }

  /** Says that the directory has another name now; the files are open and stay so. */
  public void moved(Path to) {
    directory = to;
  }

  /**
   * Says that nobody else needs the processors any more: two of them pack what is written from now
   * on. May be called by another thread.
   */
  public void packTogether() {
    visits.stream.packTogether();
  }

  /** Bytes written so far. */
  public long bytesWritten() {
    long sum = 0;
    for (TableOutput output : outputs.values()) {
      sum += output.stream.bytes();
    }
    return sum;
  }

  /** A row of visits; the columns of docs/trace-format.md in their order. */
  public void visit(
      int thread,
      long start,
      int length,
      long page,
      int firstRead,
      int firstWrite,
      int reads,
      int writes,
      long readLines,
      long writeLines,
      long readIp,
      long writeIp,
      int flags) {
    oneVisit.page[0] = page;
    oneVisit.firstRead[0] = firstRead;
    oneVisit.firstWrite[0] = firstWrite;
    oneVisit.reads[0] = reads;
    oneVisit.writes[0] = writes;
    oneVisit.readLines[0] = readLines;
    oneVisit.writeLines[0] = writeLines;
    oneVisit.readIp[0] = readIp;
    oneVisit.writeIp[0] = writeIp;
    oneVisit.readSite[0] = site(readIp);
    oneVisit.writeSite[0] = site(writeIp);
    oneVisit.flags[0] = (byte) flags;
    visits.add(thread, start, length, oneVisit, 1);
    counts.visit(page, reads, writes, flags);
  }

  /**
   * Rows of one slice of a thread, none of them made by the kernel.
   *
   * @param order which rows, by index; null = the first ones as they stand. They must come by page
   * @param count how many
   */
  public void visits(int thread, long start, int length, VisitRows rows, int[] order, int count) {
    VisitRows byPage = rows;
    if (order != null) {
      inOrder.take(rows, order, count);
      byPage = inOrder;
    }
    visits.add(thread, start, length, byPage, count);
    counts.visits(byPage, count);
  }

  /** Reads of the visits so far, without the kernel's. */
  public long reads() {
    return counts.reads;
  }

  /** Writes of the visits so far, without the kernel's. */
  public long writes() {
    return counts.writes;
  }

  /** An access; only where the manifest says full detail. */
  public void access(
      int thread, long instructions, long address, int bytes, int kind, long ip, int flags) {
    access(thread, instructions, address, site(ip, bytes, kind, flags));
  }

  /**
   * The number of a site: a code address with size, kind ({@link AccessKind}) and flags ({@link
   * VisitFlags#KERNEL} or 0) of its accesses. The same values give the same number.
   */
  public int site(long ip, int bytes, int kind, int flags) {
    int known = siteNumbers.size();
    int site = siteNumbers.number(ip, bytes, kind, flags);
    if (site == known) {
      ColumnBatch b = sites.rowOf(-1);
      int row = b.rows();
      b.longs(0)[row] = ip;
      b.ints(1)[row] = bytes;
      b.bytes(2)[row] = (byte) kind;
      b.bytes(3)[row] = (byte) flags;
      b.setRows(row + 1);
      sites.added(b, -1);
    }
    return site;
  }

  /** The number of the site, from 1, of a first access of a visit at a code address; 0 for 0. */
  public int site(long ip) {
    return ip == 0 ? 0 : site(ip, 0, AccessKind.READ, 0) + 1;
  }

  /** An access at a site; only where the manifest says full detail. */
  public void access(int thread, long instructions, long address, int site) {
    ColumnBatch b = accesses.rowOf(thread);
    int row = b.rows();
    b.longs(AccessPacker.INSTRUCTIONS)[row] = instructions;
    b.longs(AccessPacker.ADDRESS)[row] = address;
    b.ints(AccessPacker.SITE)[row] = site;
    b.setRows(row + 1);
    accesses.added(b, thread);
    counts.access(
        address, siteNumbers.bytes(site), siteNumbers.kind(site), siteNumbers.flags(site));
  }

  /** A row of events; the columns of docs/trace-format.md in their order. */
  public void event(
      int thread,
      long instructions,
      long sequence,
      EventKind kind,
      int code,
      long object,
      long a0,
      long a1,
      long a2,
      long a3,
      long a4,
      long a5,
      long result,
      long nanos,
      long ip) {
    ColumnBatch b = events.rowOf(thread);
    int row = b.rows();
    b.ints(0)[row] = thread;
    b.longs(1)[row] = instructions;
    b.longs(2)[row] = sequence;
    b.bytes(3)[row] = (byte) kind.code();
    b.ints(4)[row] = code;
    b.longs(5)[row] = object;
    b.longs(6)[row] = a0;
    b.longs(7)[row] = a1;
    b.longs(8)[row] = a2;
    b.longs(9)[row] = a3;
    b.longs(10)[row] = a4;
    b.longs(11)[row] = a5;
    b.longs(12)[row] = result;
    b.longs(13)[row] = nanos;
    b.longs(14)[row] = ip;
    b.setRows(row + 1);
    events.added(b, thread);
    counts.event(kind);
  }

  /** A row of threads, written when the thread has ended or the recording ends. */
  public void thread(
      int thread,
      int tid,
      int parent,
      String name,
      long stackLow,
      long stackHigh,
      long startSequence,
      long exitSequence,
      long instructions,
      long reads,
      long writes) {
    ColumnBatch b = threads.rowOf(-1);
    int row = b.rows();
    b.ints(0)[row] = thread;
    b.ints(1)[row] = tid;
    b.ints(2)[row] = parent;
    b.putText(3, row, name);
    b.longs(4)[row] = stackLow;
    b.longs(5)[row] = stackHigh;
    b.longs(6)[row] = startSequence;
    b.longs(7)[row] = exitSequence;
    b.longs(8)[row] = instructions;
    b.longs(9)[row] = reads;
    b.longs(10)[row] = writes;
    b.setRows(row + 1);
    threads.added(b, -1);
    counts.thread(instructions);
  }

  /** A row of maps. */
  public void map(
      long sequence,
      int thread,
      String op,
      long start,
      long length,
      int prot,
      int flags,
      long offset,
      String file) {
    ColumnBatch b = maps.rowOf(-1);
    int row = b.rows();
    b.longs(0)[row] = sequence;
    b.ints(1)[row] = thread;
    b.putText(2, row, op);
    b.longs(3)[row] = start;
    b.longs(4)[row] = length;
    b.ints(5)[row] = prot;
    b.ints(6)[row] = flags;
    b.longs(7)[row] = offset;
    b.putText(8, row, file);
    b.setRows(row + 1);
    maps.added(b, -1);
  }

  /** A row of images. */
  public void image(int image, String path, String buildId, long start, long end, long bias) {
    ColumnBatch b = images.rowOf(-1);
    int row = b.rows();
    b.ints(0)[row] = image;
    b.putText(1, row, path);
    b.putText(2, row, buildId);
    b.longs(3)[row] = start;
    b.longs(4)[row] = end;
    b.longs(5)[row] = bias;
    b.setRows(row + 1);
    images.added(b, -1);
  }

  /** A row of code. */
  public void code(long ip, int image, String function, String file, int line) {
    ColumnBatch b = code.rowOf(-1);
    int row = b.rows();
    b.longs(0)[row] = ip;
    b.ints(1)[row] = image;
    b.putText(2, row, function);
    b.putText(3, row, file);
    b.ints(4)[row] = line;
    b.setRows(row + 1);
    code.added(b, -1);
  }

  /** A row of variables. */
  public void variable(int image, String name, long address, long bytes) {
    ColumnBatch b = variables.rowOf(-1);
    int row = b.rows();
    b.ints(0)[row] = image;
    b.putText(1, row, name);
    b.longs(2)[row] = address;
    b.longs(3)[row] = bytes;
    b.setRows(row + 1);
    variables.added(b, -1);
  }

  /** A row of stacks. */
  public void stack(int stack, int depth, long ip) {
    ColumnBatch b = stacks.rowOf(-1);
    int row = b.rows();
    b.ints(0)[row] = stack;
    b.ints(1)[row] = depth;
    b.longs(2)[row] = ip;
    b.setRows(row + 1);
    stacks.added(b, -1);
  }

  /** Writes out all rows that wait, so that they survive a kill. Small batches cost space. */
  public void flush() {
    for (TableOutput output : outputs.values()) {
      output.flushAll();
    }
  }

  /** Writes everything out and marks the trace complete. The exit code must be set by now. */
  public void finish() throws IOException {
    flush();
    ObjectNode files = manifest.json().putObject("files");
    StringBuilder content = new StringBuilder();
    for (Map.Entry<TraceTable, TableOutput> entry : outputs.entrySet()) {
      TableOutput output = entry.getValue();
      output.stream.end();
      String sha256 = HexFormat.of().formatHex(output.stream.digest());
      String name = entry.getKey().fileName();
      files
          .putObject(name)
          .put("bytes", output.stream.bytes())
          .put("rows", output.rows)
          .put("batches", output.batches)
          .put("sha256", sha256);
      content.append(name).append(' ').append(sha256).append('\n');
    }
    ObjectNode totals = manifest.json().putObject("counts");
    totals.put("threads", counts.threads);
    counts.putInto(totals);
    manifest.json().put("trace_hash", sha256(content.toString()));
    manifest.complete(true);
    closeStreams();
    manifest.write(directory);
    closed = true;
  }

  /** Writes the manifest again, with what became known when the trace had been closed. */
  public void rewriteManifest() throws IOException {
    manifest.write(directory);
  }

  /** Closes the files; without {@link #finish} the trace stays marked incomplete. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      try {
        flush();
      } finally {
        closeStreams();
      }
    }
  }

  /** The hash of a content list, one line a file: name, blank, its SHA-256. */
  static String sha256(String content) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(content.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }

  private void closeStreams() throws IOException {
    IOException first = null;
    for (TableOutput output : outputs.values()) {
      try {
        output.stream.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** Writes out the largest buffers until all together are half of the limit. */
  private void makeRoom() {
    while (buffered > bufferBytes / 2) {
      TableOutput fullest = null;
      for (TableOutput output : outputs.values()) {
        if (fullest == null || output.largestBytes() > fullest.largestBytes()) {
          fullest = output;
        }
      }
      if (fullest == null || fullest.largestBytes() == 0) {
        return;
      }
      fullest.flushLargest();
    }
  }

  /** A table's file and the rows that wait for it, by thread. */
  private class TableOutput {
    final TraceTable table;
    final StreamWriter stream;
    final int rowBytes;
    long rows;
    long batches;
    private final Int2ObjectAVLTreeMap<ColumnBatch> waiting = new Int2ObjectAVLTreeMap<>();
    private int lastThread = Integer.MIN_VALUE;
    private ColumnBatch lastBatch;

    TableOutput(TraceTable table) throws IOException {
      this.table = table;
      stream = new StreamWriter(directory.resolve(table.fileName()), table.columns());
      rowBytes = table.columns().stream().mapToInt(column -> column.type().width()).sum();
      outputs.put(table, this);
    }

    /** The batch of a thread with room for one row more. */
    ColumnBatch rowOf(int thread) {
      ColumnBatch b = thread == lastThread ? lastBatch : find(thread);
      if (b.rows() == b.capacity()) {
        grow(b);
      }
      return b;
    }

    private ColumnBatch find(int thread) {
      ColumnBatch b = waiting.get(thread);
      if (b == null) {
        b = newBatch(thread);
        waiting.put(thread, b);
      }
      lastThread = thread;
      lastBatch = b;
      return b;
    }

    /** What the rows of a thread that has none are to wait in. */
    ColumnBatch newBatch(int thread) {
      return new ColumnBatch(table.columns());
    }

    /** A thread's batch is not used again. */
    void forget(int thread) {}

    private void grow(ColumnBatch b) {
      int old = b.capacity();
      int wanted = Math.max(64, Math.min(old * 4, BATCH_ROWS));
      buffered += (long) (wanted - old) * rowBytes;
      b.reserve(wanted);
    }

    /** Called after each row. */
    void added(ColumnBatch b, int thread) {
      added(b, thread, 1);
    }

    /** Called after some rows, which fit into the batch. */
    void added(ColumnBatch b, int thread, int more) {
      rows += more;
      if (b.rows() == (table.byThread() ? BATCH_ROWS : SMALL_BATCH_ROWS)) {
        write(b, thread);
      } else if (buffered > bufferBytes) {
        makeRoom();
      }
    }

    void flushAll() {
      for (var entry : waiting.int2ObjectEntrySet()) {
        write(entry.getValue(), entry.getIntKey());
        forget(entry.getIntKey());
        buffered -= (long) entry.getValue().capacity() * rowBytes;
      }
      waiting.clear();
      lastThread = Integer.MIN_VALUE;
      lastBatch = null;
    }

    long largestBytes() {
      long most = 0;
      for (ColumnBatch b : waiting.values()) {
        most = Math.max(most, (long) b.capacity() * rowBytes);
      }
      return most;
    }

    void flushLargest() {
      int of = -1;
      ColumnBatch largest = null;
      for (var entry : waiting.int2ObjectEntrySet()) {
        if (largest == null || entry.getValue().capacity() > largest.capacity()) {
          of = entry.getIntKey();
          largest = entry.getValue();
        }
      }
      if (largest == null) {
        return;
      }
      write(largest, of);
      forget(of);
      buffered -= (long) largest.capacity() * rowBytes;
      waiting.remove(of);
      lastThread = Integer.MIN_VALUE;
      lastBatch = null;
    }

    final void write(ColumnBatch b, int thread) {
      if (b.rows() == 0) {
        return;
      }
      try {
        writeRows(b, thread);
      } catch (IOException e) {
        throw new UncheckedIOException(
            new IOException(directory.resolve(table.fileName()) + ": " + FileFault.reason(e), e));
      }
      b.setRows(0);
    }

    void writeRows(ColumnBatch b, int thread) throws IOException {
      writeBatch(b, thread, 0);
    }

    final void writeBatch(ColumnBatch b, int thread, long base) throws IOException {
      stream.write(b, thread, base);
      batches++;
    }
  }

  /** The accesses, which are packed when they are written. */
  private final class AccessOutput extends TableOutput {
    private final AccessPacker packer = new AccessPacker();

    AccessOutput() throws IOException {
      super(TraceTable.ACCESSES);
    }

    @Override
    ColumnBatch newBatch(int thread) {
      return new ColumnBatch(AccessPacker.PLAIN_COLUMNS);
    }

    @Override
    void writeRows(ColumnBatch b, int thread) throws IOException {
      sites.flushAll(); // before the rows that refer to them
      for (int from = 0; from < b.rows(); ) {
        from = packer.pack(b, from, thread);
        writeBatch(packer.packed(), thread, packer.base());
      }
    }
  }

  /** The visits, which wait packed. */
  private final class VisitOutput extends TableOutput {
    private final Int2ObjectOpenHashMap<VisitPacker> packers = new Int2ObjectOpenHashMap<>();

    VisitOutput() throws IOException {
      super(TraceTable.VISITS);
    }

    /** Rows of a slice. */
    void add(int thread, long start, int length, VisitRows more, int count) {
      for (int from = 0; from < count; ) {
        ColumnBatch b = rowOf(thread);
        int part = Math.min(count - from, Math.min(b.capacity(), BATCH_ROWS) - b.rows());
        if (packers.get(thread).add(start, length, more, from, part)) {
          from += part;
          added(b, thread, part);
        } else {
          write(b, thread);
        }
      }
    }

    @Override
    ColumnBatch newBatch(int thread) {
      VisitPacker packer = new VisitPacker(thread);
      packers.put(thread, packer);
      return packer.batch();
    }

    @Override
    void forget(int thread) {
      packers.remove(thread);
    }

    @Override
    void writeRows(ColumnBatch b, int thread) throws IOException {
      sites.flushAll(); // before the rows that refer to them
      VisitPacker packer = packers.get(thread);
      writeBatch(b, thread, packer.base());
      packer.clear();
    }
  }
}
