package org.popcornreplay.replay.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.popcornreplay.protocol.Cost;
import org.popcornreplay.traces.cli.CommandException;

class ProfileFileTest {
  static Iterable<String> names() {
    return ProfileFile.NAMES;
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyShippedProfileGivesEveryValueWithMarkAndSource(String name) {
    CostProfile profile = ProfileFile.load(name);
    assertEquals(name, profile.name());
    assertFalse(profile.about().isEmpty());
    for (ProfileKey key : ProfileKey.values()) {
      CostProfile.Value value = profile.values().get(key);
      assertFalse(value.text().isEmpty(), key.key());
      assertFalse(value.source().isEmpty(), key.key());
    }
    for (Cost cost : Cost.values()) {
      assertTrue(profile.costNanos(cost) >= 0);
    }
  }

  @Test
  void aFileOverridesSingleValuesOfItsBase(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("mine.yaml");
    Files.writeString(
        file, "name: mine\nbase: tcp-1g\nvalues:\n  page_copy: {value: 777, unit: ns}\n");
    CostProfile profile = ProfileFile.load(file.toString());
    assertEquals(777, profile.costNanos(Cost.PAGE_COPY));
    assertEquals("on", profile.text(ProfileKey.NAGLE));
  }

  @Test
  void wrongUnitsKeysAndValuesAreRefusedInOneLine(@TempDir Path dir) throws IOException {
    for (String values :
        new String[] {
          "page_copy: {value: 1, unit: us}",
          "page_cpoy: 1",
          "page_copy: -1",
          "page_copy: x",
          "nagle: maybe",
          "page_copy: {mark: guessed, value: 1}",
          "page_copy: [1]"
        }) {
      Path file = dir.resolve("bad.yaml");
      Files.writeString(file, "name: bad\nvalues:\n  " + values + "\n");
      CommandException e =
          assertThrows(CommandException.class, () -> ProfileFile.load(file.toString()));
      assertFalse(e.getMessage().contains("\n"), e.getMessage());
      assertTrue(e.getMessage().contains("expected"), e.getMessage());
    }
  }

  @Test
  void anUnknownNameListsTheKnownOnes() {
    CommandException e =
        assertThrows(CommandException.class, () -> ProfileFile.load("no-such-profile"));
    assertEquals(2, e.exitCode());
    assertTrue(e.getMessage().contains("dex-ib56"), e.getMessage());
  }
}
