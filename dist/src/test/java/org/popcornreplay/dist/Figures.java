package org.popcornreplay.dist;

import java.util.List;
import java.util.Locale;

/** What a reliability test did, in numbers; {@code ./check --long} gathers these lines. */
final class Figures {
  private Figures() {}

  /** One line: what was tried, and what came of it. */
  static void say(String what, String format, Object... numbers) {
    System.out.println("reliability: " + what + ": " + String.format(Locale.ROOT, format, numbers));
  }

  /** All of them in the long form, and the first few in the short one. */
  static List<String> some(int few, String... all) {
    return List.of(all).subList(0, isLong() ? all.length : few);
  }

  /** Whether this is the long form. */
  static boolean isLong() {
    return Boolean.getBoolean("reliability.long");
  }
}
