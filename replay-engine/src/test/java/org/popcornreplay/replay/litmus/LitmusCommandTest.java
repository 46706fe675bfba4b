package org.popcornreplay.replay.litmus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LitmusCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  private int litmus(String... args) {
    return new CommandLine(new LitmusCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  /** A file beside this test, under a name that is the same everywhere. */
  private static String resource(String name) throws Exception {
    Path here = Path.of(LitmusCommandTest.class.getResource(name).toURI());
    return Path.of("").toAbsolutePath().relativize(here).toString();
  }

  private static String golden(String name) throws Exception {
    return Files.readString(Path.of(LitmusCommandTest.class.getResource(name).toURI()));
  }

  @Test
  void textIsTitleMessagesOwnersAndVerdict() throws Exception {
    assertEquals(1, litmus(resource("holds.litmus"), resource("fails.litmus")));
    assertEquals(golden("golden.txt"), out.toString());
    assertTrue(err.toString().startsWith("litmus: 1 ok, 1 failed, 0 unusable, "), err.toString());
  }

  @Test
  void jsonIsOneObjectALine() throws Exception {
    int code =
        litmus(
            "--json",
            resource("holds.litmus"),
            resource("unusable.litmus"),
            resource("fails.litmus"));
    assertEquals(2, code);
    assertEquals(golden("golden.jsonl"), out.toString());
    assertTrue(
        err.toString()
            .contains(
                "unusable.litmus:2: found 'nobody', expected the name of a thread that the file"
                    + " introduces\n"),
        err.toString());
  }

  @Test
  void zeroWhenEveryExpectationHolds() throws Exception {
    assertEquals(0, litmus(resource("holds.litmus")));
  }

  @Test
  void twoWinsOverOneAndTheOtherFilesStillRun() throws Exception {
    int code =
        litmus(resource("unusable.litmus"), resource("fails.litmus"), resource("holds.litmus"));
    assertEquals(2, code);
    assertTrue(out.toString().contains("Every kind of expectation fails"), out.toString());
    assertTrue(out.toString().endsWith("  ok\n\n"), out.toString());
  }

  @Test
  void threeForAFileThatCannotBeRead() throws Exception {
    String missing = folder.resolve("missing.litmus").toString();
    assertEquals(3, litmus("--json", missing, folder.toString(), resource("holds.litmus")));
    List<String> lines = out.toString().lines().toList();
    assertEquals(3, lines.size());
    assertEquals(
        "{\"file\":\""
            + missing
            + "\",\"ok\":false,\"error\":\""
            + missing
            + ": no such file, expected a litmus file\"}",
        lines.get(0));
    assertTrue(lines.get(1).contains("\"ok\":false"), lines.get(1));
    assertTrue(lines.get(2).contains("\"ok\":true"), lines.get(2));
  }

  @Test
  void aProfileThatDoesNotExistIsRefused() throws Exception {
    Path file = folder.resolve("p.litmus");
    Files.writeString(file, "nodes 2\n\nprofile fast-ethernet\n", UTF_8);
    assertEquals(2, litmus(file.toString()));
    assertTrue(
        err.toString().contains("p.litmus:3: found 'fast-ethernet', expected a cost profile: "),
        err.toString());
  }

  /** Costs of the profile `dex-ib56` alone: entry, send, wire, receive, serve, copy, map, reply. */
  @Test
  void anotherProfileGivesTheSameMessagesAtItsOwnTimes() throws Exception {
    String scenario =
        """
        region P anon rw 1
        thread A
        thread B on 1
        owners P {0}
        warm P 1
        do B write P
        expect sequence 1>0:REMOTE_PAGE_REQUEST 0>1:REMOTE_PAGE_RESPONSE
        expect owners P {1}
        expect value P latest
        """;
    Path unit = folder.resolve("unit.litmus");
    Files.writeString(unit, "nodes 2\n" + scenario + "expect done B 100us\n", UTF_8);
    Path ideal = folder.resolve("ideal.litmus");
    Files.writeString(ideal, "nodes 2\nprofile ideal\n" + scenario + "expect done B 0us\n", UTF_8);
    Path slow = folder.resolve("slow.litmus");
    Files.writeString(slow, "profile tcp-1g\nnodes 2\n" + scenario + "expect done B 0us\n", UTF_8);
    assertEquals(0, litmus(unit.toString(), ideal.toString()), out.toString());
    assertEquals(1, litmus(slow.toString()));
    String done = out.toString().replaceAll("(?s).*found done B ([0-9]+)(ns|us).*", "$1 $2");
    long nanos = Long.parseLong(done.split(" ", -1)[0]) * (done.endsWith("us") ? 1_000 : 1);
    assertTrue(nanos > 40_000 && nanos < 1_000_000, "4130 B at 1 Gb/s take 33 us: " + done);
  }

  @Test
  void computeSharesTheCoresOfAProfile() throws Exception {
    // 9 threads that each compute 10 ms on the 8 cores of a node need two turns on one of them.
    StringBuilder text = new StringBuilder("nodes 2\nprofile dex-ib56\nregion P anon rw 1\n");
    for (int i = 0; i < 9; i++) {
      text.append("thread T").append(i).append(" on 1\n");
    }
    text.append("together\n");
    for (int i = 0; i < 9; i++) {
      text.append("do T").append(i).append(" compute 10ms\n");
    }
    Path file = folder.resolve("cores.litmus");
    Files.writeString(file, text + "end\nexpect done T8 10ms\n", UTF_8);
    assertEquals(1, litmus(file.toString()));
    assertTrue(out.toString().contains("found done T8 1"), out.toString());
  }

  @Test
  void usageWithoutAFile() {
    assertEquals(2, litmus());
  }
}
