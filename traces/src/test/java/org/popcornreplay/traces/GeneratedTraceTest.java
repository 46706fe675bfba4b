package org.popcornreplay.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.popcornreplay.traces.generate.GeneratedTrace;
import org.popcornreplay.traces.generate.Pattern;
import org.popcornreplay.traces.generate.PatternOptions;

class GeneratedTraceTest {
  private static final PatternOptions OPTIONS =
      PatternOptions.DEFAULT.withThreads(3).withPages(2).withRounds(50).withNodes(2);

  @TempDir Path scratch;

  @ParameterizedTest
  @EnumSource(Pattern.class)
  void fullDetailReducesToTheVisitsThatAreWrittenDirectly(Pattern pattern) throws IOException {
    Path visits = scratch.resolve("visits");
    Path full = scratch.resolve("full");
    GeneratedTrace.write(visits, pattern, OPTIONS, new Manifest().sliceInstructions(500));
    GeneratedTrace.write(
        full, pattern, OPTIONS, new Manifest().sliceInstructions(500).fullDetail(true));
    try (TraceReader a = TraceReader.open(visits);
        TraceReader b = TraceReader.open(full)) {
      assertFalse(a.threads().size() == 0);
      assertEquals(a.threads().size(), b.threads().size());
      for (int t = 0; t < a.threads().size(); t++) {
        assertEquals(TracePrint.of(a.cursor(t)), TracePrint.of(b.cursor(t)));
      }
      assertEquals(a.manifest().count("pages"), b.manifest().count("pages"));
      assertEquals(a.manifest().count("instructions"), b.manifest().count("instructions"));
    }
  }

  @ParameterizedTest
  @EnumSource(Pattern.class)
  void theSameOptionsGiveTheSameTrace(Pattern pattern) throws IOException {
    GeneratedTrace.write(scratch.resolve("a"), pattern, OPTIONS);
    GeneratedTrace.write(scratch.resolve("b"), pattern, OPTIONS);
    try (TraceReader a = TraceReader.open(scratch.resolve("a"));
        TraceReader b = TraceReader.open(scratch.resolve("b"))) {
      assertEquals(a.traceHash(), b.traceHash());
    }
  }
}
