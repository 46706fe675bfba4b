package org.popcornreplay.tracer.capture;

import java.util.Map;

/**
 * The locale of a recorded program. The launcher runs Java in {@code C.UTF-8}, so that file names
 * need not be ASCII, and leaves here what the user had.
 */
public final class OwnLocale {
  private static final String LAUNCHER_MARK = "POPCORN_LAUNCHED";
  private static final String BEFORE = "POPCORN_LC_ALL";
  private static final String LOCALE = "LC_ALL";

  private OwnLocale() {}

  /** Makes the environment what it was before the launcher. */
  public static void restore(Map<String, String> environment) {
    if (environment.remove(LAUNCHER_MARK) == null) {
      return;
    }
    String before = environment.remove(BEFORE);
    if (before == null) {
      environment.remove(LOCALE);
    } else {
      environment.put(LOCALE, before);
    }
  }
}
