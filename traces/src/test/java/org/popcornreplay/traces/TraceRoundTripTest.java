package org.popcornreplay.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.cli.CommandException;

class TraceRoundTripTest {
  @TempDir Path scratch;

  private Path directory() {
    return scratch.resolve("t.ptrace");
  }

  private static void fill(TraceWriter writer, int threads, int slices) {
    long sequence = 0;
    for (int slice = 0; slice < slices; slice++) {
      for (int t = 0; t < threads; t++) {
        long start = slice * 100L;
        writer.event(t, start, sequence++, EventKind.SYSCALL, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        writer.visit(t, start, 100, 40 + t, 3, -1, 5, 0, 1, 0, 77, 0, 0);
        writer.visit(t, start, 100, 90, -1, 9, 0, 2, 0, 6, 0, 78, 2);
      }
    }
    for (int t = 0; t < threads; t++) {
      writer.thread(t, 100 + t, -1, "thread " + t, 1, 2, 0, 3, slices * 100L, 5L * slices, 2);
    }
    writer.map(-1, 0, "initial", 4096, 8192, 5, 2, 0, "/bin/träge");
  }

  private static Manifest manifest() {
    return new Manifest().program("/bin/x", List.of("a", "b c")).exitCode(3);
  }

  @Test
  void shouldReadWhatWasWritten() throws IOException {
    try (TraceWriter writer = TraceWriter.create(directory(), manifest(), 1 << 16)) {
      fill(writer, 3, 20_000);
      writer.finish();
    }
    try (TraceReader reader = TraceReader.open(directory())) {
      assertTrue(reader.manifest().complete());
      assertEquals(3, reader.manifest().exitCode());
      assertEquals(List.of("a", "b c"), reader.manifest().arguments());
      assertEquals(120_000, reader.manifest().count("visits"));
      assertEquals(4, reader.manifest().count("pages"));
      assertEquals("thread 2", reader.threads().name(reader.threads().row(2)));
      assertEquals("/bin/träge", reader.maps().file(0));
      ThreadCursor cursor = reader.cursor(1);
      for (int slice = 0; slice < 20_000; slice++) {
        assertTrue(cursor.next());
        assertTrue(cursor.isEvent());
        assertEquals(slice * 100L, cursor.instructions());
        assertEquals(slice * 3L + 1, cursor.sequence());
        assertEquals(6, cursor.argument(5));
        assertTrue(cursor.next());
        assertFalse(cursor.isEvent());
        assertEquals(41, cursor.page());
        assertTrue(cursor.next());
        assertEquals(6, cursor.writeLines());
        assertEquals(2, cursor.flags());
      }
      assertFalse(cursor.next());
      assertFalse(reader.cursor(77).next());
      assertEquals(64, reader.traceHash().length());
    }
  }

  /** Such columns are compressed once. */
  @Test
  void shouldReadColumnsThatAreTheSame() throws IOException {
    int rows = 9_000;
    try (TraceWriter writer = TraceWriter.create(directory(), manifest())) {
      for (int i = 0; i < rows; i++) {
        long lines = 1L << (i * 7 & 63);
        int first = i * 31 % 9_973;
        int writes = i < rows - 1 ? 4 : 5;
        writer.visit(0, 0, 10_000, i, first, first, 4, writes, lines, lines, i * 3L, i * 3L, 0);
      }
      writer.thread(0, 100, -1, "main", 1, 2, 0, 3, 10_000, 4L * rows, 4L * rows + 1);
      writer.finish();
    }
    try (TraceReader reader = TraceReader.open(directory())) {
      ThreadCursor cursor = reader.cursor(0);
      for (int i = 0; i < rows; i++) {
        assertTrue(cursor.next());
        assertEquals(i, cursor.page());
        assertEquals(i * 31 % 9_973, cursor.firstRead());
        assertEquals(cursor.firstRead(), cursor.firstWrite());
        assertEquals(4, cursor.reads());
        assertEquals(i < rows - 1 ? 4 : 5, cursor.writes());
        assertEquals(1L << (i * 7 & 63), cursor.readLines());
        assertEquals(cursor.readLines(), cursor.writeLines());
        assertEquals(i * 3L, cursor.readIp());
        assertEquals(cursor.readIp(), cursor.writeIp());
      }
      assertFalse(cursor.next());
    }
  }

  @Test
  void shouldBeReadableUpToTheLastBatchWhenItWasKilled() throws IOException {
    TraceWriter writer = TraceWriter.create(directory(), manifest());
    fill(writer, 2, 10);
    writer.flush();
    fill(writer, 2, 10); // waits in memory, is lost
    Path events = directory().resolve("events.arrows");
    try (FileChannel out = FileChannel.open(events, StandardOpenOption.WRITE)) {
      out.truncate(Files.size(events) - 5);
    }
    try (TraceReader reader = TraceReader.open(directory())) {
      assertFalse(reader.manifest().complete());
      int visits = 0;
      ThreadCursor cursor = reader.cursor(1);
      while (cursor.next()) {
        assertFalse(cursor.isEvent()); // their batch is cut
        visits++;
      }
      assertEquals(20, visits);
    }
  }

  @Test
  void shouldRefuseACutFileOfACompleteTrace() throws IOException {
    try (TraceWriter writer = TraceWriter.create(directory(), manifest())) {
      fill(writer, 2, 10);
      writer.finish();
    }
    Path visits = directory().resolve("visits.arrows");
    try (FileChannel out = FileChannel.open(visits, StandardOpenOption.WRITE)) {
      out.truncate(Files.size(visits) - 5);
    }
    CommandException e = assertThrows(CommandException.class, () -> TraceReader.open(directory()));
    assertEquals(3, e.exitCode());
    assertTrue(e.getMessage().contains("visits.arrows: bytes="), e.getMessage());
  }

  @Test
  void everyArrowReaderCanReadTheTexts() throws IOException {
    try (TraceWriter writer = TraceWriter.create(directory(), manifest())) {
      fill(writer, 2, 100);
      writer.finish();
    }
    try (RootAllocator allocator = new RootAllocator();
        ArrowStreamReader reader =
            new ArrowStreamReader(
                new FileInputStream(directory().resolve("threads.arrows").toFile()),
                allocator,
                CommonsCompressionFactory.INSTANCE)) {
      assertTrue(reader.loadNextBatch());
      VarCharVector name = (VarCharVector) reader.getVectorSchemaRoot().getVector("name");
      assertEquals("thread 1", name.getObject(1).toString());
    }
  }
}
