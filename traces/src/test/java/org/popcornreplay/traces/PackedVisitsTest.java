package org.popcornreplay.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.arrow.BatchPlace;
import org.popcornreplay.traces.arrow.Column;
import org.popcornreplay.traces.arrow.ColumnBatch;
import org.popcornreplay.traces.arrow.ColumnType;
import org.popcornreplay.traces.arrow.StreamFile;
import org.popcornreplay.traces.arrow.StreamWriter;
import org.popcornreplay.traces.cli.CommandException;

/** Visits lie packed in their file; what is read is what was written. */
class PackedVisitsTest {
  private static final long MOST_PAGES = 1L << 52;

  @TempDir Path scratch;

  private record Visit(
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
    static Visit at(ThreadCursor c) {
      return new Visit(
          c.instructions(),
          c.length(),
          c.page(),
          c.firstRead(),
          c.firstWrite(),
          c.reads(),
          c.writes(),
          c.readLines(),
          c.writeLines(),
          c.readIp(),
          c.writeIp(),
          c.flags());
    }

    void write(TraceWriter writer) {
      writer.visit(
          0,
          start,
          length,
          page,
          firstRead,
          firstWrite,
          reads,
          writes,
          readLines,
          writeLines,
          readIp,
          writeIp,
          flags);
    }
  }

  private Path directory() {
    return scratch.resolve("t.ptrace");
  }

  private void write(List<Visit> visits) throws IOException {
    try (TraceWriter writer = TraceWriter.create(directory(), new Manifest().exitCode(0))) {
      visits.forEach(visit -> visit.write(writer));
      writer.thread(0, 100, -1, "main", 1, 2, 0, 3, 1L << 50, 0, 0);
      writer.finish();
    }
  }

  private List<Visit> read() {
    return read(directory());
  }

  private static List<Visit> read(Path directory) {
    List<Visit> visits = new ArrayList<>();
    try (TraceReader reader = TraceReader.open(directory)) {
      ThreadCursor c = reader.cursor(0);
      while (c.next()) {
        visits.add(Visit.at(c));
      }
    }
    return visits;
  }

  private static long oneOf(SplittableRandom random, long... values) {
    return values[random.nextInt(values.length)];
  }

  private static long lines(SplittableRandom random) {
    long run = -1L >>> random.nextInt(64) << random.nextInt(64);
    return oneOf(random, 0, 1, -1, 1L << 63, run, run ^ (1L << random.nextInt(64)));
  }

  private static int number(SplittableRandom random) {
    return (int)
        oneOf(random, 0, 1, 255, 256, 65_535, 65_536, Integer.MAX_VALUE, random.nextInt(300));
  }

  /** Visits whose numbers are at the limits of what a byte or two can hold, and far beyond. */
  private static List<Visit> oddVisits(SplittableRandom random, int slices, int codes) {
    List<Visit> visits = new ArrayList<>();
    long start = oneOf(random, 0, 7, 1L << 40);
    for (int slice = 0; slice < slices; slice++) {
      int length = (int) oneOf(random, 0, 1, 10_000, 10_000, Integer.MAX_VALUE);
      long page = oneOf(random, 0, 1, 0x4000, random.nextLong(MOST_PAGES));
      for (int row = random.nextInt(4); row >= 0 && page < MOST_PAGES; row--) {
        visits.add(
            new Visit(
                start,
                length,
                page,
                number(random) - 1,
                number(random) - 1,
                number(random),
                number(random),
                lines(random),
                lines(random),
                0x400000L * random.nextInt(codes),
                -1L * random.nextInt(codes),
                random.nextInt(8)));
        page += oneOf(random, 1, 1, 255, 256, 1L << 35);
      }
      start += length + oneOf(random, 0, 0, 0, 5, Integer.MAX_VALUE, 1L << 33);
    }
    return visits;
  }

  @Test
  void whateverNumbersAVisitHasTheyAreReadAgain() throws IOException {
    List<Visit> visits = oddVisits(new SplittableRandom(5), 3_000, 300);
    write(visits);
    assertEquals(visits, read());
  }

  /** The sample was written once, of these visits, and never again. */
  @Test
  void aSampleOfThemHoldsWhatItHeld() throws Exception {
    Path sample =
        Path.of(PackedVisitsTest.class.getResource("format-2-odd/manifest.json").toURI())
            .getParent();
    assertEquals(oddVisits(new SplittableRandom(8), 100, 20), read(sample));
  }

  @Test
  void moreCodeAddressesThanTwoBytesCanNumberAreReadAgain() throws IOException {
    List<Visit> visits = oddVisits(new SplittableRandom(6), 60_000, 90_000);
    write(visits);
    assertEquals(visits, read());
  }

  @Test
  void aSliceOfMorePagesThanABatchHoldsIsReadAgain() throws IOException {
    List<Visit> visits = new ArrayList<>();
    for (int i = 0; i < TraceWriter.BATCH_ROWS + 1_000; i++) {
      visits.add(new Visit(5, 10_000, 0x10000 + i, 3, -1, 1, 0, 1, 0, 0x400000, 0, 0));
    }
    write(visits);
    assertEquals(visits, read());
  }

  @Test
  void rowsInAnOrderOfTheirOwnAreWrittenInIt() throws IOException {
    VisitRows rows = new VisitRows();
    rows.reserve(3);
    rows.setSize(3);
    for (int i = 0; i < 3; i++) {
      rows.page[i] = 30L - i;
      rows.firstRead[i] = i;
      rows.firstWrite[i] = -1;
      rows.reads[i] = 1;
      rows.readLines[i] = 1L << i;
    }
    try (TraceWriter writer = TraceWriter.create(directory(), new Manifest().exitCode(0))) {
      for (int i = 0; i < 3; i++) {
        rows.readIp[i] = 0x400000L + i;
        rows.readSite[i] = writer.site(rows.readIp[i]);
      }
      writer.visits(0, 0, 100, rows, new int[] {2, 0}, 2);
      writer.finish();
    }
    assertEquals(
        List.of(
            new Visit(0, 100, 28, 2, -1, 1, 0, 4, 0, 0x400002, 0, 0),
            new Visit(0, 100, 30, 0, -1, 1, 0, 1, 0, 0x400000, 0, 0)),
        read());
  }

  /** Unpacks with nothing but Arrow's own library and what docs/trace-format.md says. */
  @Test
  void anotherArrowReaderUnpacksThemByTheDocumentedRules() throws IOException {
    List<Visit> visits = oddVisits(new SplittableRandom(7), 500, 50);
    write(visits);
    List<Long> ips = new ArrayList<>();
    scan(
        "sites.arrows",
        (root, base) -> {
          for (int i = 0; i < root.getRowCount(); i++) {
            ips.add(number(root, "ip", i));
          }
        });
    List<Visit> unpacked = new ArrayList<>();
    scan("visits.arrows", (root, base) -> unpack(root, base, ips, unpacked));
    assertEquals(visits, unpacked);
  }

  @FunctionalInterface
  private interface BatchTaker {
    void take(VectorSchemaRoot root, long base);
  }

  private void scan(String file, BatchTaker taker) throws IOException {
    TraceTable table = TraceTable.ofFile(file);
    Path path = directory().resolve(file);
    try (StreamFile places = new StreamFile(path, table.columns());
        RootAllocator allocator = new RootAllocator();
        ArrowStreamReader reader =
            new ArrowStreamReader(
                Files.newInputStream(path), allocator, CommonsCompressionFactory.INSTANCE)) {
      for (BatchPlace place : places.scan(false)) {
        reader.loadNextBatch();
        taker.take(reader.getVectorSchemaRoot(), place.base());
      }
    }
  }

  private static long number(VectorSchemaRoot root, String column, int row) {
    return ((BaseIntVector) root.getVector(column)).getValueAsLong(row);
  }

  private static void unpack(VectorSchemaRoot root, long base, List<Long> ips, List<Visit> to) {
    long start = base;
    long length = 0;
    long page = 0;
    long firstPage = 0;
    for (int i = 0; i < root.getRowCount(); i++) {
      long flags = number(root, "flags", i);
      if ((flags & 128) != 0) {
        start += length + number(root, "gap", i);
        length += number(root, "length_delta", i);
        page = firstPage;
      }
      long other = number(root, "other_page", i);
      page = other == 0 ? page + number(root, "page_delta", i) : other - 1;
      if ((flags & 128) != 0) {
        firstPage = page;
      }
      long firstRest = number(root, "first_rest", i);
      long siteRest = number(root, "site_rest", i);
      int readSite = (int) half(root, "read_site", i, siteRest);
      int writeSite = (int) half(root, "write_site", i, siteRest >> 16);
      to.add(
          new Visit(
              start,
              (int) length,
              page,
              (int) half(root, "first_read", i, firstRest) - 1,
              (int) half(root, "first_write", i, firstRest >> 16) - 1,
              (int) (number(root, "reads_low", i) + 256 * number(root, "reads_rest", i)),
              (int) (number(root, "writes_low", i) + 256 * number(root, "writes_rest", i)),
              lines(root, "read", i),
              lines(root, "write", i),
              readSite == 0 ? 0 : ips.get(readSite - 1),
              writeSite == 0 ? 0 : ips.get(writeSite - 1),
              (int) flags & 127));
    }
  }

  private static long half(VectorSchemaRoot root, String name, int row, long rest) {
    return number(root, name + "_low", row)
        + 256 * number(root, name + "_high", row)
        + 65_536 * (rest & 0xffff);
  }

  private static long lines(VectorSchemaRoot root, String kind, int row) {
    long lines = number(root, kind + "_lines_rest", row);
    for (long line = number(root, kind + "_run", row); line > 0; line--) {
      lines |= 1L << (number(root, kind + "_line", row) + line - 1);
    }
    return lines;
  }

  private CommandException refused(Consumer<ColumnBatch> change) throws IOException {
    write(
        List.of(
            new Visit(0, 100, 30, 3, -1, 1, 0, 1, 0, 0x400000, 0, 0),
            new Visit(100, 100, 30, 3, 4, 1, 1, 1, 2, 0x400000, 0x400004, 0)));
    Path file = directory().resolve("visits.arrows");
    List<Column> columns = TraceTable.VISITS.columns();
    ColumnBatch batch = new ColumnBatch(columns);
    try (StreamFile stream = new StreamFile(file, columns)) {
      stream.read(stream.scan(false).get(0), batch);
    }
    change.accept(batch);
    Files.delete(file);
    try (StreamWriter out = new StreamWriter(file, columns)) {
      out.write(batch, 0, 0);
      out.end();
    }
    Path manifest = directory().resolve(Manifest.FILE_NAME);
    Files.writeString(
        manifest,
        Files.readString(manifest).replace("\"complete\" : true", "\"complete\" : false"));
    CommandException refusal = assertThrows(CommandException.class, this::read);
    assertEquals(3, refusal.exitCode());
    return refusal;
  }

  private static void set(ColumnBatch batch, String column, int row, int value) {
    int c = TraceTable.VISITS.column(column);
    if (batch.columns().get(c).type() == ColumnType.U8) {
      batch.bytes(c)[row] = (byte) value;
    } else {
      batch.ints(c)[row] = value;
    }
  }

  @Test
  void linesBeyondThePageAreRefused() throws IOException {
    String text = refused(b -> set(b, "write_run", 1, 64)).getMessage();
    assertEquals(
        "thread 0 batch 0 row 1: lines=65, expected at most 64", text.replaceAll(".*arrows: ", ""));
  }

  @Test
  void sitesThatThereAreNotAreRefused() throws IOException {
    String text = refused(b -> set(b, "read_site_high", 0, 1)).getMessage();
    assertEquals(
        "thread 0 batch 0 row 0: site=257, expected at most 2", text.replaceAll(".*arrows: ", ""));
  }

  @Test
  void negativeSitesAreRefused() throws IOException {
    String text = refused(b -> set(b, "site_rest", 1, -1)).getMessage();
    assertEquals(
        "thread 0 batch 0 row 1: site=4294901761, expected at most 2",
        text.replaceAll(".*arrows: ", ""));
  }

  @Test
  void slicesThatBeginEarlierThanTheOneBeforeAreRefused() throws IOException {
    String text = refused(b -> set(b, "gap", 1, -101)).getMessage();
    assertEquals(
        "thread 0 batch 0 row 1: start=-1, expected 0 or more", text.replaceAll(".*arrows: ", ""));
  }
}
