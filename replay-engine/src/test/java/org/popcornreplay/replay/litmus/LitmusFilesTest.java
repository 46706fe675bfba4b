package org.popcornreplay.replay.litmus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.popcornreplay.replay.profile.ProfileFile;

/** Runs every litmus file of the protocol model; each is a test named by its title. */
class LitmusFilesTest {
  static final Path FOLDER = Path.of("..", "protocol-model", "src", "test", "litmus");

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".litmus")).sorted().toList();
    }
  }

  @TestFactory
  List<DynamicTest> everyLitmusFileHolds() throws Exception {
    return files().stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    title(file), file.toUri(), () -> assertEquals("", failures(file))))
        .toList();
  }

  @Test
  void everyFileHasATitleAndExpectsSomething() throws Exception {
    List<Path> files = files();
    assertTrue(files.size() >= 100, files.size() + " files");
    for (Path file : files) {
      Scenario scenario = LitmusParser.parse(file.toString(), Files.readAllBytes(file));
      assertTrue(scenario.title() != null, file + " has no title");
      boolean expects =
          scenario.steps().stream()
              .anyMatch(
                  step ->
                      step instanceof Step.Check
                          || (step instanceof Step.Block block
                              && block.lines().stream().anyMatch(line -> line.expected() != null)));
      assertTrue(expects, file + " expects nothing");
    }
  }

  /**
   * The engine of replays, under the costs of the unit profile, is a second runner of each file.
   */
  @Test
  void theEngineOfReplaysAgreesUnderTheUnitCosts() throws Exception {
    List<String> differences = new ArrayList<>();
    for (Path file : files()) {
      Scenario scenario = LitmusParser.parse(file.toString(), Files.readAllBytes(file));
      String text = failures(file, ScenarioRun.run(scenario.under(ProfileFile.load("unit"))));
      if (!text.isEmpty()) {
        differences.add(text);
      }
    }
    assertEquals(List.of(), differences);
  }

  private static String title(Path file) {
    try {
      String title = LitmusParser.parse(file.toString(), Files.readAllBytes(file)).title();
      return title == null ? file.toString() : title;
    } catch (SyntaxException | IOException e) {
      return file.getFileName().toString();
    }
  }

  private static String failures(Path file) throws Exception {
    return failures(
        file, ScenarioRun.run(LitmusParser.parse(file.toString(), Files.readAllBytes(file))));
  }

  private static String failures(Path file, Verdict verdict) {
    StringBuilder text = new StringBuilder();
    for (Failure failure : verdict.failures()) {
      text.append("\n")
          .append(file.getFileName())
          .append(":")
          .append(failure.line())
          .append(": expected ")
          .append(failure.expected())
          .append("\n  found ")
          .append(failure.found());
    }
    return text.toString();
  }
}
