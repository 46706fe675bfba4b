package org.popcornreplay.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterProperty;
import org.popcornreplay.traces.check.TraceCheck;

/** What is written is read back, and a reduction says what a naive one says. */
class TracePropertyTest {
  /** One step of a thread: instructions since the step before, then an access or an event. */
  private record Step(
      int thread, int gap, long address, int bytes, int kind, int site, int event) {}

  private final List<Path> scratch = new ArrayList<>();

  private Path directory() throws IOException {
    Path path = Files.createTempDirectory("trace-property");
    scratch.add(path);
    return path.resolve("t.ptrace");
  }

  @AfterProperty
  void tidy() throws IOException {
    for (Path path : scratch) {
      try (var files = Files.walk(path)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Long> address =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0x1000, 0x1000 + 4 * 4096),
            Arbitraries.longs().between(0x7fff_0000_0000L, 0x7fff_0000_2000L),
            Arbitraries.longs().between(0, (1L << 56) - 1));
    return Combinators.combine(
            Arbitraries.integers().between(0, 2),
            Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(20, Arbitraries.integers().between(0, 30)),
                net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(0, 1 << 30))),
            address,
            Arbitraries.of(1, 2, 4, 8, 10, 16, 32, 512, 5000),
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(0, 5),
            Arbitraries.integers().between(0, 12))
        .as(Step::new)
        .list()
        .ofMaxSize(300);
  }

  private static final EventKind[] EVENTS = {
    EventKind.ATOMIC, EventKind.SYSCALL, EventKind.MIGRATE, EventKind.HEAP_ALLOC
  };

  /** Writes the steps; step.event beyond the kinds is an access. */
  private static void write(Path directory, List<Step> steps, boolean full, long slice)
      throws IOException {
    Manifest manifest = new Manifest().fullDetail(full).sliceInstructions(slice);
    try (TraceWriter writer = TraceWriter.create(directory, manifest, 1 << 14)) {
      VisitReduction[] reductions = new VisitReduction[3];
      long[] instructions = new long[3];
      for (int t = 0; t < 3; t++) {
        reductions[t] = new VisitReduction(t, slice, writer::visit);
      }
      long sequence = 0;
      for (Step s : steps) {
        int t = s.thread;
        instructions[t] += s.gap;
        if (s.event < EVENTS.length) {
          EventKind kind = EVENTS[s.event];
          if (kind.cutsSlice() && !full) {
            reductions[t].cut(instructions[t]);
          }
          writer.event(
              t,
              instructions[t],
              sequence++,
              kind,
              s.site,
              s.address,
              1,
              2,
              3,
              4,
              5,
              6,
              s.bytes,
              7,
              s.site);
        } else if (full) {
          writer.access(t, instructions[t]++, s.address, s.bytes, s.kind, 0x400000 + s.site, 0);
        } else {
          reductions[t].access(instructions[t]++, s.address, s.bytes, s.kind, 0x400000 + s.site, 0);
        }
      }
      for (int t = 0; t < 3; t++) {
        if (!full) {
          reductions[t].end(instructions[t]);
        }
        writer.thread(t, t, -1, "t" + t, 0, 0, 0, -1, instructions[t], 0, 0);
      }
      writer.finish();
    }
  }

  @Property(tries = 40)
  void whatIsWrittenIsRead(@ForAll("steps") List<Step> steps) throws IOException {
    Path directory = directory();
    write(directory, steps, true, 100);
    try (TraceReader reader = TraceReader.open(directory)) {
      for (int t = 0; t < 3; t++) {
        long now = 0;
        AccessCursor a = reader.accesses(t);
        ThreadCursor e = reader.events(t);
        for (Step s : steps) {
          if (s.thread != t) {
            continue;
          }
          now += s.gap;
          if (s.event < EVENTS.length) {
            assertEquals(true, e.next());
            assertEquals(
                List.of(now, EVENTS[s.event], (long) s.site, s.address, (long) s.bytes),
                List.of(e.instructions(), e.kind(), (long) e.code(), e.object(), e.result()));
          } else {
            assertEquals(true, a.next());
            assertEquals(
                List.of(now++, s.address, (long) s.bytes, (long) s.kind, 0x400000L + s.site),
                List.of(a.instructions(), a.address(), (long) a.bytes(), (long) a.kind(), a.ip()));
          }
        }
        assertEquals(false, a.next());
        assertEquals(false, e.next());
      }
    }
    assertEquals(List.of(), new TraceCheck(directory, 10).faults());
  }

  @Property(tries = 40)
  void reductionEqualsWhatIsRecordedDirectly(
      @ForAll("steps") List<Step> steps, @ForAll @LongRange(min = 1, max = 200) long slice)
      throws IOException {
    Path full = directory();
    Path visits = directory();
    Path reduced = directory();
    write(full, steps, true, 10_000);
    write(visits, steps, false, slice);
    try (TraceReader reader = TraceReader.open(full)) {
      TraceReduction.write(reader, slice, reduced);
    }
    try (TraceReader a = TraceReader.open(visits);
        TraceReader b = TraceReader.open(reduced)) {
      for (int t = 0; t < 3; t++) {
        assertEquals(TracePrint.of(a.cursor(t)), TracePrint.of(b.cursor(t)));
      }
    }
    assertEquals(List.of(), new TraceCheck(reduced, 10).faults());
  }

  /** What is known of one page in one slice, by the definition in words. */
  private static final class Naive {
    private int firstRead = -1;
    private int firstWrite = -1;
    private int reads;
    private int writes;
    private final boolean[] readLines = new boolean[64];
    private final boolean[] writeLines = new boolean[64];
  }

  @Property(tries = 60)
  void reductionEqualsANaiveOne(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 100) int slice) {
    Map<String, Naive> expected = new TreeMap<>();
    Map<String, Naive> found = new TreeMap<>();
    VisitReduction reduction =
        new VisitReduction(
            0,
            slice,
            (thread, start, length, page, fr, fw, r, w, rl, wl, ri, wi, flags) -> {
              Naive visit = new Naive();
              visit.firstRead = fr;
              visit.firstWrite = fw;
              visit.reads = r;
              visit.writes = w;
              for (int line = 0; line < 64; line++) {
                visit.readLines[line] = (rl >>> line & 1) != 0;
                visit.writeLines[line] = (wl >>> line & 1) != 0;
              }
              found.put(start + " " + page, visit);
            });
    long now = 0;
    long start = 0;
    for (Step s : steps) {
      now += s.gap;
      if (s.event < EVENTS.length) {
        if (EVENTS[s.event].cutsSlice()) {
          reduction.cut(now);
          start = now;
        }
        continue;
      }
      reduction.access(now, s.address, s.bytes, s.kind, 1, 0);
      while (now - start >= slice) {
        start += (now - start) / slice * slice;
      }
      int offset = (int) (now - start);
      Naive last = null;
      for (long b = s.address; b < s.address + s.bytes; b++) {
        Naive visit = expected.computeIfAbsent(start + " " + b / 4096, k -> new Naive());
        int line = (int) (b % 4096 / 64);
        if (s.kind != AccessKind.WRITE) {
          visit.firstRead = visit.firstRead < 0 ? offset : visit.firstRead;
          visit.reads += visit == last ? 0 : 1;
          visit.readLines[line] = true;
        }
        if (s.kind != AccessKind.READ) {
          visit.firstWrite = visit.firstWrite < 0 ? offset : visit.firstWrite;
          visit.writes += visit == last ? 0 : 1;
          visit.writeLines[line] = true;
        }
        last = visit;
      }
      now++;
    }
    reduction.end(now);
    assertEquals(expected.keySet(), found.keySet());
    for (Map.Entry<String, Naive> e : expected.entrySet()) {
      Naive a = e.getValue();
      Naive b = found.get(e.getKey());
      assertEquals(
          List.of(a.firstRead, a.firstWrite, a.reads, a.writes),
          List.of(b.firstRead, b.firstWrite, b.reads, b.writes),
          e.getKey());
      org.junit.jupiter.api.Assertions.assertArrayEquals(a.readLines, b.readLines);
      org.junit.jupiter.api.Assertions.assertArrayEquals(a.writeLines, b.writeLines);
    }
  }
}
