package org.popcornreplay.tracer.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.AccessKind;

/**
 * What the capture tool says of single instructions, against what the processor's manual says that
 * they access. The program is native/probes.c; it needs a processor with AVX2.
 */
class InstructionProbesTest {
  /**
   * Each probe's accesses in order: R reads, W writes, U reads and writes, L does both locked;
   * offset from RDI, + bytes. Repeated instructions access element by element, gathers too.
   */
  private static final String EXPECTED =
      """
          load1 R0+1
          load2 R2+2
          load4 R4+4
          load8 R8+8
          store1 W1+1
          store2 W2+2
          store4 W4+4
          store8 W64+8
          extend R3+1 R6+2
          sse_load R20+16
          sse_store W32+16
          sse_half R8+8 W16+8 R24+8
          avx_load R32+32
          avx_store W64+32
          avx_add R96+32
          broadcast R12+4
          masked_load R16+4 R20+4
          masked_store W28+4
          gather R0+4 R4096+4 R0+4 R4096+4
          rep_movsb R0+1 W100+1 R1+1 W101+1 R2+1 W102+1
          rep_movsq R0+8 W4096+8 R8+8 W4104+8
          rep_stosq W0+8 W8+8 W16+8
          rep_none
          stos_down W0+1
          repe_cmpsb R0+1 R8+1 R1+1 R9+1
          repne_scasb R0+1 R1+1
          lods R40+8
          cmpxchg_done L16+4
          cmpxchg_failed L24+8
          cmpxchg8b L8+8
          cmpxchg16b L48+16
          xadd L8+8
          xchg L12+4
          lock_inc L2+2
          lock_or L3+1
          lock_not L4+4
          lock_bts L9+1
          lock_bts_constant L8+4
          add_memory U8+8
          inc_memory U0+4
          shift_memory U6+2
          neg_memory U5+1
          compare R8+8 R16+1
          setcc W9+1
          bts_memory U9+1
          bt_register
          cmov_taken R8+8
          cmov_not_taken R8+8
          x87_load R16+10
          x87_store W32+10
          x87_other R8+8 W4+4 W2+2
          x87_environment W64+28
          mxcsr W8+4
          store_around_caches W8+8 W16+16 W32+32
          load_around_caches R16+16
          prefetch
          fences
          page_crossing_load R-3+8
          page_crossing_store W4080+32
          page_crossing_add U-1+4
          line_crossing_load R62+4
          line_crossing_store W120+16
          push W-8+8
          pop R0+8
          push_memory R64+8 W-8+8
          pop_memory R0+8 W64+8
          call_and_return W-8+8 R-8+8
          leave R0+8
          pushf W-8+8
          pcmpistri R16+16
          movbe R8+4 W16+8
          insert R4+4 W9+1
          masked_bytes W16+16
          load_twice R8+4 R8+4
          read_then_write R8+4 W8+4
          multiply R8+8 R16+8 R24+4
          crc R7+1
      """;

  /**
   * Instructions that save or restore much: the tool sees them in pieces. The bytes of all of them,
   * as from-to, the end not included; bytes that the processor leaves alone are not among them.
   */
  private static final String EXPECTED_TOGETHER =
      """
          fxsave W 0-416
          fxrstor R 4096-4512
          xsave W 0-416 512-513 576-832
          xsave_sse W 24-32 160-416 512-513
      """;

  private record Probe(long from, long to, long middle) {
    boolean holds(long ip) {
      return ip >= from && ip < to;
    }

    boolean ownsPage(long page) {
      return page >= (middle >> 12) - 2 && page < (middle >> 12) + 2;
    }
  }

  private record Access(long offset, int bytes, char kind) {
    boolean reads() {
      return kind != 'W';
    }

    boolean writes() {
      return kind != 'R';
    }

    @Override
    public String toString() {
      return kind + "" + offset + "+" + bytes;
    }
  }

  @TempDir Path directory;
  private Recorder recorder;
  private final Map<String, Probe> probes = new LinkedHashMap<>();

  @BeforeEach
  void compile() {
    recorder = new Recorder(directory);
    recorder.compile("../native/probes.c", "-O1", "-static", "-no-pie");
  }

  private void record(String detail) {
    Recorder.Result result =
        recorder.trace(
            new byte[0],
            "record",
            "--quiet",
            "--detail",
            detail,
            "-o",
            detail,
            directory.resolve("probes").toString());
    assertEquals(0, result.code(), result.err());
    result
        .text()
        .lines()
        .map(line -> line.split(" ", -1))
        .forEach(w -> probes.put(w[0], new Probe(hex(w[1]), hex(w[2]), hex(w[3]))));
    assertTrue(probes.size() >= 80, "probes: " + probes.size());
  }

  private static long hex(String word) {
    return Long.parseLong(word, 16);
  }

  private List<Map<String, Long>> rows(String trace, String table, String... columns) {
    List<String> lines =
        recorder
            .trace(new byte[0], "dump", trace, "--table", table, "--csv")
            .text()
            .lines()
            .toList();
    List<String> names = Arrays.asList(lines.get(0).split(",", -1));
    List<Map<String, Long>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] words = line.split(",", -1);
      Map<String, Long> row = new HashMap<>();
      for (String column : columns) {
        row.put(column, Long.parseLong(words[names.indexOf(column)]));
      }
      rows.add(row);
    }
    return rows;
  }

  private Map<String, List<Access>> accesses() {
    Map<String, List<Access>> all = new HashMap<>();
    List<Map<String, Long>> rows = rows("full", "accesses", "address", "bytes", "kind", "ip");
    probes.forEach(
        (name, probe) -> {
          List<Access> own = new ArrayList<>();
          for (Map<String, Long> row : rows) {
            if (probe.holds(row.get("ip"))) {
              char kind = letter(row.get("kind").intValue());
              long offset = row.get("address") - probe.middle();
              own.add(new Access(offset, row.get("bytes").intValue(), kind));
            }
          }
          all.put(name, own);
        });
    return all;
  }

  private static Map<String, String> expected(String table) {
    Map<String, String> expected = new LinkedHashMap<>();
    table
        .lines()
        .map(line -> line.strip().split(" ", 2))
        .forEach(w -> expected.put(w[0], w.length > 1 ? w[1] : ""));
    return expected;
  }

  @TestFactory
  Stream<DynamicTest> everyInstructionAccessesWhatTheManualSays() {
    record("full");
    Map<String, List<Access>> accesses = accesses();
    Map<String, String> single = expected(EXPECTED);
    Map<String, String> together = expected(EXPECTED_TOGETHER);
    assertEquals(probes.size(), single.size() + together.size());
    return probes.keySet().stream()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      List<Access> own = accesses.get(name);
                      if (together.containsKey(name)) {
                        assertEquals(together.get(name), together(own));
                      } else {
                        assertEquals(
                            single.get(name),
                            String.join(" ", own.stream().map(String::valueOf).toList()));
                      }
                    }));
  }

  /** The bytes that are read, or written where one is written, as ranges. */
  private static String together(List<Access> accesses) {
    BitSet bytes = new BitSet();
    boolean writes = false;
    for (Access access : accesses) {
      writes |= access.writes();
      bytes.set((int) access.offset(), (int) access.offset() + access.bytes());
    }
    StringBuilder text = new StringBuilder(writes ? "W" : "R");
    for (int from = bytes.nextSetBit(0); from >= 0; ) {
      int to = bytes.nextClearBit(from);
      text.append(' ').append(from).append('-').append(to);
      from = bytes.nextSetBit(to);
    }
    return text.toString();
  }

  @Test
  void lockedExchangesSayWhetherTheyFailed() {
    record("full");
    List<Map<String, Long>> events = rows("full", "events", "code", "object", "a0", "a1", "ip");
    for (String name : List.of("cmpxchg_done", "cmpxchg_failed", "cmpxchg16b", "xadd", "xchg")) {
      List<Map<String, Long>> own =
          events.stream().filter(e -> probes.get(name).holds(e.get("ip"))).toList();
      assertEquals(1, own.size(), name);
      assertEquals(name.equals("cmpxchg_failed") ? 1 : 0, own.get(0).get("a1"), name);
    }
  }

  @Test
  void visitsMarkTheLinesOfEachPageThatAnInstructionTouches() {
    record("visits");
    Map<Long, long[]> lines = new HashMap<>();
    for (Map<String, Long> row :
        rows("visits", "visits", "page", "reads", "writes", "read_lines", "write_lines")) {
      long[] sum = lines.computeIfAbsent(row.get("page"), p -> new long[4]);
      sum[0] |= row.get("read_lines");
      sum[1] |= row.get("write_lines");
      sum[2] += row.get("reads");
      sum[3] += row.get("writes");
    }
    expected(EXPECTED)
        .forEach(
            (name, accesses) -> {
              Probe probe = probes.get(name);
              Map<Long, long[]> wanted = new HashMap<>();
              for (String access : accesses.split(" ", -1)) {
                if (!access.isEmpty()) {
                  mark(wanted, probe, access);
                }
              }
              for (long page = (probe.middle() >> 12) - 2; probe.ownsPage(page); page++) {
                assertEquals(
                    Arrays.toString(wanted.getOrDefault(page, new long[4])),
                    Arrays.toString(lines.getOrDefault(page, new long[4])),
                    name + ": read lines, write lines, reads, writes of page " + page);
              }
            });
  }

  private static void mark(Map<Long, long[]> pages, Probe probe, String text) {
    String[] place = text.substring(1).split("\\+", 2);
    Access access =
        new Access(Long.parseLong(place[0]), Integer.parseInt(place[1]), text.charAt(0));
    long from = probe.middle() + access.offset();
    long last = from + access.bytes() - 1;
    for (long page = from >> 12; page <= last >> 12; page++) {
      long[] sum = pages.computeIfAbsent(page, p -> new long[4]);
      for (int line = 0; line < 64; line++) {
        long start = (page << 12) + line * 64L;
        boolean touched = from < start + 64 && last >= start;
        sum[0] |= touched && access.reads() ? 1L << line : 0;
        sum[1] |= touched && access.writes() ? 1L << line : 0;
      }
      sum[2] += access.reads() ? 1 : 0;
      sum[3] += access.writes() ? 1 : 0;
    }
  }

  private static char letter(int kind) {
    return switch (kind) {
      case AccessKind.READ -> 'R';
      case AccessKind.WRITE -> 'W';
      case AccessKind.UPDATE -> 'U';
      case AccessKind.LOCKED_UPDATE -> 'L';
      default -> throw new IllegalArgumentException("kind=" + kind);
    };
  }
}
