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
  void anotherProfileThanUnitIsRefused() throws Exception {
    Path file = folder.resolve("p.litmus");
    Files.writeString(file, "nodes 2\n\nprofile fast-ethernet\n", UTF_8);
    assertEquals(2, litmus(file.toString()));
    assertTrue(
        err.toString().contains("p.litmus:3: found 'fast-ethernet', expected unit"),
        err.toString());
  }

  @Test
  void usageWithoutAFile() {
    assertEquals(2, litmus());
  }
}
