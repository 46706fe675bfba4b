package org.popcornreplay.traces;

import com.fasterxml.jackson.databind.JsonNode;
import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntRBTreeSet;
import it.unimi.dsi.fastutil.ints.IntSortedSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import org.popcornreplay.traces.arrow.BatchPlace;
import org.popcornreplay.traces.arrow.ColumnBatch;
import org.popcornreplay.traces.arrow.StreamFile;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Reads a trace. Everything in it is checked; what cannot be used ends with a {@link
 * CommandException} that names file, value and what was expected. A reader and its cursors belong
 * to one thread; several readers may read one trace.
 */
public final class TraceReader implements AutoCloseable {
  /** The most threads that a trace may have. */
  public static final int MAX_THREADS = 1 << 20;

  /** The most instructions of a thread: a month at 3 GHz, and their times still fit into a long. */
  public static final long MAX_INSTRUCTIONS = 1L << 53;

  private final Path directory;
  private final Manifest manifest;
  private final EnumMap<TraceTable, StreamFile> streams = new EnumMap<>(TraceTable.class);
  private final EnumMap<TraceTable, Int2ObjectOpenHashMap<List<BatchPlace>>> places =
      new EnumMap<>(TraceTable.class);
  private final ThreadTable threads;
  private MapTable maps;
  private ImageTable images;
  private CodeTable code;
  private VariableTable variables;
  private StackTable stacks;
  private SiteTable sites;
  private final AccessPacker accessPacker = new AccessPacker();

  /** One for the visits of all threads: their cursors copy what they load; made when needed. */
  private ColumnBatch visitBatch;

  private String traceHash;

  private TraceReader(Path directory) {
    this.directory = directory;
    manifest = Manifest.read(directory);
    if (manifest.complete()) {
      checkSizes();
    }
    boolean opened = false;
    try {
      IntSortedSet withRecords = new IntRBTreeSet();
      for (TraceTable table : TraceTable.values()) {
        if (table.byThread() && has(table)) {
          openByThread(table, withRecords);
        }
      }
      threads = new ThreadTable(rows(TraceTable.THREADS), withRecords);
      opened = true;
    } finally {
      if (!opened) {
        close();
      }
    }
  }

  /** Opens the trace in a directory. */
  public static TraceReader open(Path directory) {
    return new TraceReader(directory);
  }

  /** The directory. */
  public Path directory() {
    return directory;
  }

  /** The manifest. */
  public Manifest manifest() {
    return manifest;
  }

  /** The threads. */
  public ThreadTable threads() {
    return threads;
  }

  /** The changes of the address space. */
  public MapTable maps() {
    if (maps == null) {
      maps = new MapTable(rows(TraceTable.MAPS));
    }
    return maps;
  }

  /** The loaded ELF files. */
  public ImageTable images() {
    if (images == null) {
      images = new ImageTable(rows(TraceTable.IMAGES));
    }
    return images;
  }

  /** The code addresses. */
  public CodeTable code() {
    if (code == null) {
      code = new CodeTable(rows(TraceTable.CODE));
    }
    return code;
  }

  /** The static and global variables. */
  public VariableTable variables() {
    if (variables == null) {
      variables = new VariableTable(rows(TraceTable.VARIABLES));
    }
    return variables;
  }

  /** The call stacks of allocations. */
  public StackTable stacks() {
    if (stacks == null) {
      stacks = new StackTable(rows(TraceTable.STACKS));
    }
    return stacks;
  }

  /**
   * A cursor at the begin of a thread's visits and events. For a trace of full detail the visits
   * are made from the accesses on the way, with slices of the manifest's length.
   */
  public ThreadCursor cursor(int thread) {
    return manifest.fullDetail()
        ? cursor(thread, manifest.sliceInstructions())
        : new MergedCursor(thread, visits(thread), batches(TraceTable.EVENTS, thread));
  }

  /**
   * As {@link #cursor(int)} for a trace of full detail, with another length of slices.
   *
   * @param sliceInstructions the longest slice
   */
  public ThreadCursor cursor(int thread, long sliceInstructions) {
    return cursor(thread, sliceInstructions, (t, address, bytes, writes, sequence) -> address);
  }

  /** As {@link #cursor(int, long)}, with the accesses elsewhere than they were recorded. */
  public ThreadCursor cursor(int thread, long sliceInstructions, AddressMap map) {
    if (!manifest.fullDetail()) {
      throw CommandException.badInput(
          directory + ": detail=visits, expected full to cut other slices");
    }
    boolean useMarks = manifest.sliceMarks() && sliceInstructions == manifest.sliceInstructions();
    ReducedVisits visits =
        new ReducedVisits(
            thread,
            accesses(thread),
            batches(TraceTable.EVENTS, thread),
            sliceInstructions,
            useMarks,
            map);
    return new MergedCursor(thread, VisitSource.plain(visits), batches(TraceTable.EVENTS, thread));
  }

  /** A cursor over a thread's stored visits alone. */
  ThreadCursor storedVisits(int thread) {
    return new MergedCursor(thread, visits(thread), RowSource.EMPTY);
  }

  /** A cursor over a thread's events alone. */
  public ThreadCursor events(int thread) {
    return new MergedCursor(thread, VisitSource.EMPTY, batches(TraceTable.EVENTS, thread));
  }

  /** A cursor at the begin of a thread's accesses; none where the detail is visits. */
  public AccessCursor accesses(int thread) {
    return new AccessCursor(batches(TraceTable.ACCESSES, thread), sites(), accessPacker);
  }

  /** SHA-256 over the content of all tables, in hexadecimal. Reads all of an incomplete trace. */
  public String traceHash() {
    if (traceHash == null) {
      traceHash = manifest.complete() ? manifest.traceHash() : hashOfContent();
    }
    return traceHash;
  }

  /** Bytes of all files of the trace. */
  public long bytesOnDisk() {
    long sum = fileBytes(directory.resolve(Manifest.FILE_NAME));
    for (TraceTable table : TraceTable.values()) {
      Path file = directory.resolve(table.fileName());
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        sum += fileBytes(file);
      }
    }
    return sum;
  }

  @Override
  public void close() {
    streams.values().forEach(StreamFile::close);
  }

  /** Whether the trace has rows of a table. */
  public boolean has(TraceTable table) {
    return switch (table) {
      case ACCESSES -> manifest.fullDetail();
      case SITES -> manifest.fullDetail() || !TraceTable.VISITS.isPlain(manifest.formatVersion());
      default -> true;
    };
  }

  private TableRows rows(TraceTable table) {
    return TableRows.read(directory, table, manifest.complete());
  }

  private VisitSource visits(int thread) {
    boolean plain = TraceTable.VISITS.isPlain(manifest.formatVersion());
    if (visitBatch == null) {
      visitBatch = new ColumnBatch(TraceTable.VISITS.columns(manifest.formatVersion()));
    }
    ThreadBatches batches = batches(TraceTable.VISITS, thread, visitBatch);
    return plain ? VisitSource.plain(batches) : new VisitUnpacker(batches, sites().ip);
  }

  private SiteTable sites() {
    if (sites == null) {
      sites =
          new SiteTable(
              has(TraceTable.SITES) ? rows(TraceTable.SITES) : TableRows.none(TraceTable.SITES),
              directory.resolve(TraceTable.SITES.fileName()).toString());
    }
    return sites;
  }

  ThreadBatches batches(TraceTable table, int thread) {
    return batches(table, thread, new ColumnBatch(table.columns()));
  }

  private ThreadBatches batches(TraceTable table, int thread, ColumnBatch into) {
    Int2ObjectOpenHashMap<List<BatchPlace>> byThread = places.get(table);
    List<BatchPlace> mine = byThread == null ? null : byThread.get(thread);
    return new ThreadBatches(
        directory.resolve(table.fileName()).toString(),
        streams.get(table),
        table,
        table.isPlain(manifest.formatVersion()),
        thread,
        mine == null ? List.of() : mine,
        into);
  }

  private void openByThread(TraceTable table, IntSortedSet withRecords) {
    Path file = directory.resolve(table.fileName());
    StreamFile stream = new StreamFile(file, table.columns(manifest.formatVersion()));
    streams.put(table, stream);
    Int2ObjectOpenHashMap<List<BatchPlace>> byThread = new Int2ObjectOpenHashMap<>();
    for (BatchPlace place : stream.scan(!manifest.complete())) {
      if (place.thread() < 0) {
        throw CommandException.badInput(
            file + ": at byte " + place.offset() + ": thread=none, expected the batch's thread");
      }
      if (withRecords.add(place.thread()) && withRecords.size() > MAX_THREADS) {
        throw CommandException.badInput(
            file + ": threads=" + withRecords.size() + ", expected at most " + MAX_THREADS);
      }
      byThread.computeIfAbsent(place.thread(), t -> new ArrayList<>()).add(place);
    }
    places.put(table, byThread);
  }

  /** The sizes of the files are those that the manifest gives. */
  private void checkSizes() {
    JsonNode files = manifest.json().path("files");
    for (TraceTable table : TraceTable.values()) {
      JsonNode entry = files.path(table.fileName());
      Path file = directory.resolve(table.fileName());
      if (!has(table)) {
        continue;
      }
      if (entry.isMissingNode()) {
        throw CommandException.badInput(
            directory.resolve(Manifest.FILE_NAME)
                + ": files=without "
                + table.fileName()
                + ", expected all files");
      }
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw CommandException.badInput(file + ": missing, expected a regular file");
      }
      long bytes = fileBytes(file);
      if (bytes != entry.path("bytes").asLong()) {
        throw CommandException.badInput(
            file + ": bytes=" + bytes + ", expected " + entry.path("bytes").asLong());
      }
    }
  }

  private static long fileBytes(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw CommandException.badInput(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private String hashOfContent() {
    StringBuilder content = new StringBuilder();
    for (TraceTable table : TraceTable.values()) {
      if (has(table)) {
        content
            .append(table.fileName())
            .append(' ')
            .append(sha256(directory.resolve(table.fileName())))
            .append('\n');
      }
    }
    return TraceWriter.sha256(content.toString());
  }

  /** The SHA-256 of a file in hexadecimal. */
  static String sha256(Path file) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      try (InputStream in = Files.newInputStream(file)) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          digest.update(buffer, 0, n);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw CommandException.badInput(file + ": cannot be read: " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }

  /** A line for each file whose content is not what the manifest says; reads all files. */
  public List<String> checksumFaults() {
    List<String> faults = new ArrayList<>();
    if (!manifest.complete()) {
      return faults;
    }
    StringBuilder content = new StringBuilder();
    for (TraceTable table : TraceTable.values()) {
      JsonNode entry = manifest.json().path("files").path(table.fileName());
      Path file = directory.resolve(table.fileName());
      if (!has(table)) {
        continue;
      }
      String sha256 = sha256(file);
      if (!sha256.equals(entry.path("sha256").asText())) {
        faults.add(
            file + ": sha256=" + sha256 + ", expected " + entry.path("sha256").asText("none"));
      }
      content.append(table.fileName()).append(' ').append(sha256).append('\n');
    }
    String hash = TraceWriter.sha256(content.toString());
    if (!hash.equals(manifest.traceHash())) {
      faults.add(
          directory.resolve(Manifest.FILE_NAME)
              + ": trace_hash="
              + manifest.traceHash()
              + ", expected "
              + hash);
    }
    return faults;
  }
}
