package org.popcornreplay.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.popcornreplay.traces.check.TraceCheck;

/**
 * Traces of all format versions stay readable: the samples were written once and never again. Who
 * changes the format gives it a new version and adds samples. Those of each version are of the same
 * programs.
 */
class FormatVersionsTest {
  private static Path sample(String name) throws URISyntaxException {
    return Path.of(FormatVersionsTest.class.getResource(name + "/manifest.json").toURI())
        .getParent();
  }

  private static String digest(TraceReader reader) throws NoSuchAlgorithmException {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    for (int row = 0; row < reader.threads().size(); row++) {
      for (String line : TracePrint.of(reader.cursor(reader.threads().thread(row)))) {
        sha256.update((line + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aTraceOfVisitsHoldsWhatItHeld(int version) throws Exception {
    Path trace = sample("format-" + version + "-visits");
    assertEquals(List.of(), new TraceCheck(trace, 10).faults());
    try (TraceReader reader = TraceReader.open(trace)) {
      assertEquals(version, reader.manifest().formatVersion());
      assertEquals("/generated/lock", reader.manifest().program());
      assertEquals(3, reader.threads().size());
      assertEquals("worker 1", reader.threads().name(2));
      assertEquals("mutex", reader.variables().name(1));
      assertEquals("generated.c", reader.code().file(0));
      assertEquals(
          "528a8f60a435d7a2b521f26ac4bc5e2dd5591cb3a86bb49cfd8297e7f9dd5139", digest(reader));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aTraceOfFullDetailHoldsWhatItHeld(int version) throws Exception {
    Path trace = sample("format-" + version + "-full");
    assertEquals(List.of(), new TraceCheck(trace, 10).faults());
    try (TraceReader reader = TraceReader.open(trace)) {
      assertEquals(version, reader.manifest().formatVersion());
      assertTrue(reader.manifest().fullDetail());
      AccessCursor c = reader.accesses(1);
      assertTrue(c.next());
      assertEquals(
          List.of(100L, 0x10001000L, 8, AccessKind.READ, 0L + c.ip()),
          List.of(c.instructions(), c.address(), c.bytes(), c.kind(), c.ip()));
      assertEquals(
          "3e4e0758bd6505c6763e2882e645b6e1fc4db8e93265133421528d349c3e9753", digest(reader));
    }
  }

  @Test
  void whatIsMadeFromAnOldTraceIsOfThisVersion(@TempDir Path scratch) throws Exception {
    Path reduced = scratch.resolve("t.ptrace");
    try (TraceReader old = TraceReader.open(sample("format-1-full"))) {
      TraceReduction.write(old, 50, reduced);
    }
    assertEquals(List.of(), new TraceCheck(reduced, 10).faults());
    try (TraceReader reader = TraceReader.open(reduced)) {
      assertEquals(Manifest.FORMAT_VERSION, reader.manifest().formatVersion());
    }
  }
}
