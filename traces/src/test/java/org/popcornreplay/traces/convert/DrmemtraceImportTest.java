package org.popcornreplay.traces.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.ThreadCursor;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.check.TraceCheck;
import org.popcornreplay.traces.cli.CommandException;

/** What DynamoRIO's view tool prints, in each of its layouts. The samples are made up. */
class DrmemtraceImportTest {
  @TempDir Path scratch;
  private int traces;

  static String sample(String name) throws IOException {
    String path = "/org/popcornreplay/traces/drmemtrace/" + name;
    try (InputStream in = DrmemtraceImportTest.class.getResourceAsStream(path)) {
      return new String(Objects.requireNonNull(in, path).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Path imported(String text, boolean full) throws IOException {
    Path file = scratch.resolve("view.txt");
    Files.writeString(file, text);
    Path trace = scratch.resolve("trace-" + traces++);
    new DrmemtraceImport(file).writeTo(trace, new Manifest().fullDetail(full));
    assertEquals(List.of(), new TraceCheck(trace, 5).faults());
    return trace;
  }

  /** The records of a thread: visits as page, offsets, counts and flags. */
  private static List<String> records(TraceReader reader, int thread) {
    List<String> lines = new ArrayList<>();
    ThreadCursor c = reader.cursor(thread);
    while (c.next()) {
      lines.add(
          c.isEvent()
              ? String.format(
                  "%d #%d %s %d a0=%d a1=%d result=%d nanos=%d",
                  c.instructions(),
                  c.sequence(),
                  c.kind(),
                  c.code(),
                  c.argument(0),
                  c.argument(1),
                  c.result(),
                  c.nanos())
              : String.format(
                  "%d+%d page=%x r@%d w@%d %d/%d lines=%x/%x ip=%x/%x flags=%d",
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
                  c.flags()));
    }
    return lines;
  }

  @Test
  void theLayoutWithInstructionNumbersBecomesTwoThreadsWithTheirSystemCalls() throws IOException {
    for (boolean full : new boolean[] {false, true}) {
      try (TraceReader reader = TraceReader.open(imported(sample("view-2022.txt"), full))) {
        assertEquals(
            List.of(
                "0 #0 THREAD_START 0 a0=-1 a1=5100 result=0 nanos=0",
                "0+3 page=404 r@1 w@1 1/1 lines=1/1 ip=401004/401004 flags=4",
                "0+3 page=7ffd00001 r@0 w@-1 1/0 lines=8000000000000000/0 ip=401000/0 flags=0",
                "3 #1 SYSCALL 56 a0=0 a1=0 result=0 nanos=30000",
                "3 #2 THREAD_CREATE 0 a0=1 a1=0 result=0 nanos=0",
                "3+2 page=404 r@-1 w@0 0/1 lines=0/2 ip=0/40100d flags=0",
                "5 #6 THREAD_EXIT 0 a0=0 a1=0 result=0 nanos=0"),
            records(reader, 0));
        // cmpxchg and xchg lock; the read of rep movs at 406ffc crosses into 407.
        assertEquals(
            List.of(
                "0 #3 THREAD_START 0 a0=0 a1=5101 result=0 nanos=0",
                "0+6 page=404 r@0 w@0 1/1 lines=2/2 ip=402000/402000 flags=2",
                "0+6 page=405 r@1 w@1 1/1 lines=1/1 ip=402009/402009 flags=2",
                "0+6 page=406 r@2 w@-1 1/0 lines=8000000000000000/0 ip=40200c/0 flags=0",
                "0+6 page=407 r@2 w@-1 2/0 lines=1/0 ip=40200c/0 flags=0",
                "0+6 page=408 r@-1 w@2 0/2 lines=0/1 ip=0/40200c flags=0",
                "6 #4 SYSCALL 202 a0=0 a1=0 result=0 nanos=800000",
                "7 #5 THREAD_EXIT 0 a0=0 a1=0 result=0 nanos=0"),
            records(reader, 1));
        int child = reader.threads().row(1);
        assertEquals(5101, reader.threads().tid(child));
        assertEquals(0, reader.threads().parent(child));
        assertEquals(7, reader.threads().instructions(child));
        assertEquals(4, reader.threads().reads(child));
      }
    }
  }

  @Test
  void theManifestSaysWhatTheSourceLacks() throws IOException {
    try (TraceReader reader = TraceReader.open(imported(sample("view-2022.txt"), false))) {
      assertEquals("drmemtrace", reader.manifest().json().get("imported_from").asText());
      String lacks = reader.manifest().json().get("lacks").toString();
      assertTrue(lacks.contains("\"synchronisation\""), lacks);
      assertFalse(lacks.contains("filter"), lacks);
    }
  }

  @Test
  void whatIsTouchedIsMappedInRuns() throws IOException {
    try (TraceReader reader = TraceReader.open(imported(sample("view-2022.txt"), false))) {
      List<String> maps = new ArrayList<>();
      for (int row = 0; row < reader.maps().size(); row++) {
        maps.add(
            Long.toHexString(reader.maps().start(row)) + "+" + reader.maps().length(row) / 4096);
      }
      assertEquals(List.of("404000+5", "7ffd00001000+1"), maps);
    }
  }

  @Test
  void theLayoutWithoutInstructionNumbersBecomesATrace() throws IOException {
    try (TraceReader reader = TraceReader.open(imported(sample("view-2021.txt"), false))) {
      assertEquals(2, reader.threads().size());
      assertEquals(
          List.of(
              "0 #0 THREAD_START 0 a0=-1 a1=5200 result=0 nanos=0",
              "0+1 page=404 r@0 w@-1 1/0 lines=1/0 ip=401000/0 flags=0",
              "1 #1 THREAD_CREATE 0 a0=1 a1=0 result=0 nanos=0",
              "1+1 page=404 r@-1 w@0 0/1 lines=0/1 ip=0/401003 flags=0",
              "2 #4 THREAD_EXIT 0 a0=0 a1=0 result=0 nanos=0"),
          records(reader, 0));
    }
  }

  @Test
  void aFilteredTraceOfAnotherProcessorHasNoSystemCallsAndSaysSo() throws IOException {
    try (TraceReader reader = TraceReader.open(imported(sample("view-workloads.txt"), false))) {
      // The write's instruction was left out by the filter, and counts all the same.
      assertEquals(
          List.of(
              "0 #0 THREAD_START 0 a0=-1 a1=5300 result=0 nanos=0",
              "0+2 page=404 r@0 w@1 1/1 lines=1/1 ip=401d68/401d70 flags=0",
              "2 #1 THREAD_EXIT 0 a0=0 a1=0 result=0 nanos=0"),
          records(reader, 0));
      String lacks = reader.manifest().json().get("lacks").toString();
      assertTrue(lacks.contains("numbers are not those of x86-64"), lacks);
      assertTrue(lacks.contains("filter left out"), lacks);
    }
  }

  @Test
  void aThreadThatTheFileCutsOffEndsWithItAndItsCallHasNotReturned() throws IOException {
    String whole = sample("view-2022.txt");
    String cut = whole.substring(0, whole.indexOf("          46 "));
    try (TraceReader reader = TraceReader.open(imported(cut, false))) {
      List<String> child = records(reader, 1);
      assertEquals(
          List.of(
              "6 #4 SYSCALL 202 a0=0 a1=0 result=-512 nanos=0",
              "6 #5 THREAD_EXIT 0 a0=0 a1=0 result=0 nanos=0"),
          child.subList(child.size() - 2, child.size()));
    }
  }

  @Test
  void aNumberThatTheKernelGivesAgainIsAnotherThread() throws IOException {
    String again =
        sample("view-2021.txt").replace("View tool", "16: T5201 ifetch 2 byte(s) @ 0x402000\nView");
    try (TraceReader reader = TraceReader.open(imported(again, false))) {
      assertEquals(3, reader.threads().size());
      assertEquals(5201, reader.threads().tid(reader.threads().row(2)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 1: 7 read 8 byte(s) @ 0x1000",
        "1 1: 7 read 8 byte(s) @ 0x1000 by PC 0x11111111111111111",
        "1 1: 7 read x byte(s) @ 0x1000 by PC 0x40",
        "1 1: 7 load 8 byte(s) @ 0x1000 by PC 0x40",
        "1 1: 99999999999 read 8 byte(s) @ 0x1000 by PC 0x40",
        "1 1: W1T7 read 8 byte(s) @ 0x1000 by PC 0x40",
        "1 1: 7 <marker: system call 99999999999>",
        "1 1: 7 <marker: timestamp 13",
        "1 1: 7 <thread 7 exi>",
        "1 1: 7 ",
        "1 1 7 read 8 byte(s) @ 0x1000 by PC 0x40",
        "read 8 byte(s) @ 0x1000 by PC 0x40"
      })
  void aDamagedRecordIsNamedByItsLine(String record) {
    CommandException refused =
        assertThrows(
            CommandException.class,
            () -> imported("1 1: 7 ifetch 2 byte(s) @ 0x40\n" + record + "\n", false));
    assertEquals(3, refused.exitCode());
    assertTrue(
        refused.getMessage().contains("view.txt: line 2: record=" + record.strip() + ", expected"),
        refused.getMessage());
  }

  @Test
  void sizesAndWorkloadsOutOfRangeAreRefused() {
    String ok = "1 1: W0.T7 read 8 byte(s) @ 0x1000 by PC 0x40\n";
    for (String bytes : new String[] {"0", "1048577", "99999999999"}) {
      CommandException refused =
          assertThrows(
              CommandException.class,
              () -> imported(ok + ok.replace("8 byte", bytes + " byte"), false));
      assertTrue(refused.getMessage().contains("line 2: bytes="), refused.getMessage());
    }
    CommandException refused =
        assertThrows(CommandException.class, () -> imported(ok + ok.replace("W0", "W1"), false));
    assertTrue(
        refused.getMessage().contains("line 2: workload=1, expected one"), refused.getMessage());
  }

  @Test
  void aTextWithoutAccessesIsRefused() {
    for (String text : new String[] {"", "Hello, world!\n", "1 1: 7 ifetch 2 byte(s) @ 0x40\n"}) {
      CommandException refused = assertThrows(CommandException.class, () -> imported(text, false));
      assertTrue(refused.getMessage().contains("accesses=0, expected"), refused.getMessage());
    }
  }
}
