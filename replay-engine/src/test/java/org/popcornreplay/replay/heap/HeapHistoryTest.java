package org.popcornreplay.replay.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.replay.Replay;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceReader;
import org.popcornreplay.traces.generate.ThreadBuilder;
import org.popcornreplay.traces.generate.TraceBuilder;

class HeapHistoryTest {
  @TempDir Path dir;

  private HeapHistory history(Consumer<TraceBuilder> script) throws IOException {
    Path path = dir.resolve("trace");
    try (TraceBuilder trace = TraceBuilder.create(path, new Manifest())) {
      script.accept(trace);
      trace.finish();
    }
    try (TraceReader trace = TraceReader.open(path)) {
      return HeapHistory.of(
          Replay.threadCount(trace),
          trace::events,
          new AllocationSites(trace.stacks(), trace.code(), trace.images()));
    }
  }

  @Test
  void blocksOfOneAddressAreToldApartByTheTimeOfTheAccess() throws IOException {
    long[] base = {0};
    HeapHistory heap =
        history(
            trace -> {
              base[0] = trace.region("[heap]", 4);
              int first = trace.stack(trace.code("make", "/src/a.c", 5));
              int second = trace.stack(trace.code("build", "/src/b.c", 7));
              ThreadBuilder main = trace.mainThread();
              main.malloc(base[0] + 16, 100, 1, first);
              main.malloc(base[0] + 128, 100, 2, first);
              main.free(base[0] + 16, 1);
              main.malloc(base[0] + 32, 64, 3, second);
            });
    assertEquals(3, heap.size());
    int early = heap.blockAt(base[0], base[0] + 64, heap.allocatedAt(0));
    assertEquals("/src/a.c:5", heap.site(early).text());
    int late = heap.blockAt(base[0], base[0] + 64, Long.MAX_VALUE - 1);
    assertEquals("/src/b.c:7", heap.site(late).text());
    assertEquals(base[0] + 32, heap.address(late));
    // Before its allocation nothing lived there: a slice comes before the events in it.
    assertEquals(early, heap.blockAt(base[0] + 16, base[0] + 17, -1));
    assertEquals(HeapHistory.NONE, heap.blockAt(base[0] + 228, base[0] + 229, Long.MAX_VALUE - 1));
  }

  @Test
  void aLineIsTheBlocksThatBeginsInItOrElseCoversMostOfIt() throws IOException {
    long[] base = {0};
    HeapHistory heap =
        history(
            trace -> {
              base[0] = trace.region("[heap]", 1);
              int stack = trace.stack(trace.code("make", "a.c", 5));
              trace
                  .mainThread()
                  .malloc(base[0] + 32, 48, 1, stack)
                  .malloc(base[0] + 96, 200, 2, stack)
                  .malloc(base[0] + 304, 200, 3, stack);
            });
    assertEquals(0, heap.blockAt(base[0], base[0] + 64, 1000));
    assertEquals(1, heap.blockAt(base[0] + 64, base[0] + 128, 1000));
    assertEquals(0, heap.blockAt(base[0] + 64, base[0] + 65, 1000));
    assertEquals(1, heap.blockAt(base[0] + 192, base[0] + 256, 1000));
    assertEquals(2, heap.blockAt(base[0] + 256, base[0] + 320, 1000)); // 40 bytes of 1, 16 of 2
  }

  @Test
  void theSiteIsTheInnermostLineOfTheProgramThatDoesNotOnlyHandOutMemory() throws IOException {
    HeapHistory heap =
        history(
            trace -> {
              long heapStart = trace.region("[heap]", 1);
              long library =
                  trace.code("allocate", "/usr/include/c++/12/bits/new_allocator.h", 137);
              long wrapper = trace.code("xmalloc", "wrap.c", 3);
              long user = trace.code("make_table", "table.c", 9);
              long caller = trace.code("main", "main.c", 1);
              trace
                  .mainThread()
                  .malloc(heapStart, 8, 1, trace.stack(library, wrapper, user, caller))
                  .malloc(heapStart + 16, 8, 2, trace.stack(library, wrapper))
                  .malloc(heapStart + 32, 8, 3, trace.stack(library))
                  .malloc(heapStart + 48, 8, 4);
            });
    assertEquals("table.c:9", heap.site(0).text());
    assertEquals("wrap.c:3", heap.site(1).text());
    assertEquals("/usr/include/c++/12/bits/new_allocator.h:137", heap.site(2).text());
    assertEquals("", heap.site(3).text());
  }
}
