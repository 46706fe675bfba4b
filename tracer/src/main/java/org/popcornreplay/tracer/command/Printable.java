package org.popcornreplay.tracer.command;

/** Text from a trace, made harmless for a terminal. */
final class Printable {
  private Printable() {}

  /** The text with control characters replaced. */
  static String line(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  /** A field of CSV (RFC 4180). */
  static String csv(String text) {
    if (text.indexOf(',') < 0
        && text.indexOf('"') < 0
        && text.indexOf('\n') < 0
        && text.indexOf('\r') < 0) {
      return text;
    }
    return '"' + text.replace("\"", "\"\"") + '"';
  }
}
