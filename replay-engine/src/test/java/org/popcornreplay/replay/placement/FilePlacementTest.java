package org.popcornreplay.replay.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.popcornreplay.traces.cli.CommandException;

class FilePlacementTest {
  private static final String[] NAMES = {"main", "worker 1", "worker 2", "io"};
  private static final long[] INSTRUCTIONS = {1000, 2000, 4000, 100};

  @TempDir Path dir;

  private FilePlacement read(String text) throws IOException {
    Path file = dir.resolve("place.yaml");
    Files.writeString(file, text);
    return FilePlacement.read(file, 4, NAMES, INSTRUCTIONS);
  }

  @Test
  void numbersRangesAndNamePatternsSayWhereThreadsStart() throws IOException {
    FilePlacement placement = read("threads:\n  '*': 3\n  1-2: 1\n  'worker ?': 2\n  0: 0\n");
    assertEquals(0, placement.startNode(0));
    assertEquals(2, placement.startNode(1));
    assertEquals(2, placement.startNode(2));
    assertEquals(3, placement.startNode(3));
  }

  @Test
  void aMoveIsAtACountOrAtAShareOfTheThreadsInstructions() throws IOException {
    FilePlacement placement =
        read(
            """
            threads: {0: 0}
            moves:
            - {thread: 'worker *', share: 0.5, node: 3}
            - {thread: 1, instructions: 1500, node: 1}
            """);
    assertEquals(1000, placement.nextMove(1, 1));
    assertEquals(3, placement.moveNode(1, 1000));
    assertEquals(1500, placement.nextMove(1, 1001));
    assertEquals(1, placement.moveNode(1, 1500));
    assertEquals(2000, placement.nextMove(2, 1));
    assertEquals(Long.MAX_VALUE, placement.nextMove(2, 2001));
    assertEquals(Long.MAX_VALUE, placement.nextMove(0, 1));
  }

  @Test
  void whatCannotBeMeantIsSaidInOneLineWithCode3() {
    for (String text :
        new String[] {
          "- 1",
          "threads: 1",
          "threads: {nobody: 1}",
          "threads: {'7': 1}",
          "threads: {0: 4}",
          "threads: {0: one}",
          "threads: {0: 0}\nmove: []",
          "threads: {0: 0}\nmoves: {thread: 1}",
          "threads: {0: 0}\nmoves: [{thread: 1, node: 1}]",
          "threads: {0: 0}\nmoves: [{thread: 1, instructions: 0, node: 1}]",
          "threads: {0: 0}\nmoves: [{thread: 1, instructions: many, node: 1}]",
          "threads: {0: 0}\nmoves: [{thread: 1, share: 1.5, node: 1}]",
          "threads: {0: 0}\nmoves: [{thread: 1, share: 0.5, instructions: 5, node: 1}]",
          "threads: {0: 0}\nmoves: [{thread: 1, share: 0.5, node: 9}]",
          "threads: {0: 0}\nmoves: [{thread: 1, when: 0.5, node: 1}]",
          "threads: {0: [}"
        }) {
      CommandException e = assertThrows(CommandException.class, () -> read(text), text);
      assertEquals(3, e.exitCode(), text);
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      assertTrue(e.getMessage().contains("expected"), e.getMessage());
    }
  }
}
