package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.ThreadCursor;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.TraceWriter;

/** Rows, as stream.h describes them, become visits that are sorted by page, one a page. */
class SliceRowsTest {
  private static final int LENGTH = 10_000;

  @TempDir Path scratch;

  /** One kind of access of a row; {@code first} below 0 where there is none. */
  private record Side(long lines, int count, int first, long ip) {
    static final Side NONE = new Side(0, 0, -1, 0);

    Side with(Side other) {
      if (first < 0 || other.first < 0) {
        return first < 0 ? other : this;
      }
      Side earlier = other.first < first ? other : this;
      return new Side(lines | other.lines, count + other.count, earlier.first, earlier.ip);
    }
  }

  private record Row(long page, Side reads, Side writes) {
    Row with(Row other) {
      return new Row(page, reads.with(other.reads), writes.with(other.writes));
    }
  }

  /** Where pages are accessed first; the number of the first address is 1. */
  private static final List<Long> CODES = List.of(0x400000L, 0x523456789L, 0x55550000L);

  private static boolean isWide(Side side) {
    return (side.count | Math.max(side.first, 0)) >= 1 << 16;
  }

  private static void putSide(ByteBuffer to, Side side, boolean wide) {
    if (side.first < 0) {
      return;
    }
    int code = CODES.indexOf(side.ip) + 1;
    to.putLong(side.lines);
    if (wide) {
      to.putInt(side.count).putInt(side.first).putInt(code).putInt(0);
    } else {
      to.putShort((short) side.count).putShort((short) side.first).putShort((short) code);
    }
  }

  /** The records that tell the code addresses. */
  private static byte[] codes() {
    ByteBuffer records = ByteBuffer.allocate(CODES.size() * 40).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < CODES.size(); i++) {
      records.putInt(9).putInt(32).putLong(CODES.get(i)).putInt(i + 1);
      records.putInt(0).putInt(0).putInt(0).putLong(0);
    }
    return records.array();
  }

  /** A record of the stream that holds the rows. */
  private static byte[] packed(int thread, long start, List<Row> rows) {
    ByteBuffer body = ByteBuffer.allocate(rows.size() * 60).order(ByteOrder.LITTLE_ENDIAN);
    long page = rows.get(0).page;
    for (Row row : rows) {
      long by = row.page - page;
      boolean wide = isWide(row.reads) || isWide(row.writes) || by < 0 || by >= 1 << 26;
      int bits = (row.reads.first >= 0 ? 1 : 0) | (row.writes.first >= 0 ? 2 : 0) | (wide ? 16 : 0);
      if (wide) {
        body.putInt(bits).putLong(row.page);
      } else {
        body.putInt(bits | (int) by << 6);
      }
      page = row.page;
      putSide(body, row.reads, wide);
      putSide(body, row.writes, wide);
    }
    int bytes = (32 + body.position() + 7) & ~7;
    ByteBuffer record = ByteBuffer.allocate(8 + bytes).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(2).putInt(bytes).putInt(thread).putInt(rows.size());
    record.putLong(start).putLong(start + LENGTH).putLong(rows.get(0).page).put(body.flip());
    return record.array();
  }

  private static Side side(SplittableRandom random) {
    long lines =
        switch (random.nextInt(3)) {
          case 0 -> 1L << random.nextInt(64);
          case 1 -> (-1L >>> random.nextInt(64)) << random.nextInt(4);
          default -> random.nextLong();
        };
    return new Side(
        lines == 0 ? 1 : lines,
        1 + random.nextInt(random.nextBoolean() ? 5 : 100_000),
        random.nextInt(LENGTH),
        CODES.get(random.nextInt(CODES.size())));
  }

  private static Row row(long page, SplittableRandom random) {
    int kinds = 1 + random.nextInt(3);
    return new Row(
        page,
        (kinds & 1) == 0 ? Side.NONE : side(random),
        (kinds & 2) == 0 ? Side.NONE : side(random));
  }

  private TraceWriter writer(String name) throws IOException {
    return TraceWriter.create(scratch.resolve(name), new Manifest().sliceInstructions(LENGTH));
  }

  private void comesOut(String name, List<List<Row>> records) throws IOException {
    TreeMap<Long, Row> expected = new TreeMap<>();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.writeBytes(codes());
    for (List<Row> rows : records) {
      stream.writeBytes(packed(0, 500, rows));
      rows.forEach(r -> expected.merge(r.page, r, Row::with));
    }
    try (TraceWriter writer = writer(name)) {
      CaptureStream capture =
          new CaptureStream(
              Channels.newChannel(new ByteArrayInputStream(stream.toByteArray())), writer, "main");
      capture.read();
      capture.finish();
      long accesses =
          expected.values().stream().mapToLong(r -> r.reads.count + r.writes.count).sum();
      assertEquals(accesses, capture.accesses());
      writer.finish();
    }
    List<Row> found = new ArrayList<>();
    try (TraceReader reader = TraceReader.open(scratch.resolve(name))) {
      ThreadCursor c = reader.cursor(0);
      while (c.next()) {
        found.add(
            new Row(
                c.page(),
                new Side(c.readLines(), c.reads(), c.firstRead(), c.readIp()),
                new Side(c.writeLines(), c.writes(), c.firstWrite(), c.writeIp())));
      }
    }
    assertEquals(List.copyOf(expected.values()), found);
  }

  @Test
  void rowsInOrderComeOutAsTheyAre() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<Row> rows = new ArrayList<>();
    for (long page = 7; rows.size() < 3000; page += 1 + random.nextInt(2)) {
      rows.add(row(page, random));
    }
    comesOut(
        "in-order", List.of(rows.subList(0, 1), rows.subList(1, 600), rows.subList(600, 3000)));
  }

  @Test
  void someRisingRunsAreMerged() throws IOException {
    SplittableRandom random = new SplittableRandom(2);
    List<List<Row>> records = new ArrayList<>();
    for (int run = 0; run < 5; run++) {
      List<Row> rows = new ArrayList<>();
      for (long page = 1000L - run; rows.size() < 300; page += 1 + random.nextInt(3)) {
        rows.add(row(page, random));
      }
      records.add(rows);
    }
    comesOut("runs", records);
  }

  @Test
  void pagesInAnyOrderAndMoreThanOnceBecomeOneRowEach() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      rows.add(row(random.nextLong(1L << (i % 2 == 0 ? 10 : 43)), random));
    }
    comesOut("any", List.of(rows.subList(0, 2500), rows.subList(2500, 5000)));
  }

  @Test
  void aRecordWithFewerRowsThanItSaysIsRefusedInOneLine() throws IOException {
    byte[] record = packed(0, 0, List.of(row(5, new SplittableRandom(4))));
    ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(12, 9);
    try (TraceWriter writer = writer("short")) {
      CaptureStream capture =
          new CaptureStream(Channels.newChannel(new ByteArrayInputStream(record)), writer, "main");
      IOException e = assertThrows(IOException.class, capture::read);
      assertTrue(e.getMessage().startsWith("capture stream: "), e.getMessage());
    }
  }
}
