package org.popcornreplay.replay.padding;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popcornreplay.traces.cli.CommandException;

/**
 * What shall have pages of its own: {@code NAME} of a variable or {@code FILE:LINE} of an
 * allocation, and how it is cut: {@code /BYTES} behind it, or where other threads write.
 *
 * @param text as it was given
 * @param name without the part size
 * @param partBytes size of a part; 0 = by its writers
 */
record PadTarget(String text, String name, long partBytes) {
  private static final Pattern WITH_PARTS = Pattern.compile("(.+)/([0-9]{1,15})");

  static PadTarget parse(String text) {
    Matcher parts = WITH_PARTS.matcher(text);
    PadTarget target =
        parts.matches()
            ? new PadTarget(text, parts.group(1), Long.parseLong(parts.group(2)))
            : new PadTarget(text, text, 0);
    if (target.name.isBlank() || (parts.matches() && target.partBytes == 0)) {
      throw CommandException.usage(
          "--pad=" + text + ", expected NAME or FILE:LINE, and perhaps /BYTES of a part");
    }
    return target;
  }

  /** Whether it means this allocation site; the last names of its path are enough. */
  boolean isSite(String site) {
    return site.equals(name) || site.endsWith("/" + name);
  }
}
