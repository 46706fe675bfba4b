package org.popcornreplay.reports.query;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.popcornreplay.analysis.NamedQueries;

/**
 * The SQL files of the report. A file is one query with the reason first, as a comment; {@code
 * {name}} in it stands for a whole number, so that the text that ran is the text that is shown and
 * anybody can paste it into {@code popcorn-sql}.
 */
final class QueryText {
  private static final Pattern PLACE = Pattern.compile("\\{([a-z_]+)}");

  private static final Pattern VARIABLE = Pattern.compile("getvariable\\('([a-z_]+)'\\)");

  private QueryText() {}

  /**
   * The query with its numbers in place.
   *
   * @param name file name without {@code .sql}
   * @throws IllegalArgumentException where a place has no value
   */
  static String filled(String name, Map<String, Long> values) {
    Matcher places = PLACE.matcher(file(name));
    StringBuilder text = new StringBuilder();
    while (places.find()) {
      Long value = values.get(places.group(1));
      if (value == null) {
        throw new IllegalArgumentException(
            "query place without a value: query=" + name + ", place=" + places.group(1));
      }
      places.appendReplacement(text, Long.toString(value));
    }
    places.appendTail(text);
    return text.toString().strip();
  }

  /**
   * A named query of {@code popcorn-sql} with its numbers in place of its variables, so that it can
   * be pasted as it stands.
   *
   * @throws IllegalArgumentException where a variable has no value
   */
  static String named(String name, Map<String, Long> values) {
    Matcher places = VARIABLE.matcher(NamedQueries.get(name).sql());
    StringBuilder text = new StringBuilder();
    while (places.find()) {
      Long value = values.get(places.group(1));
      if (value == null) {
        throw new IllegalArgumentException(
            "query variable without a value: query=" + name + ", variable=" + places.group(1));
      }
      places.appendReplacement(text, Long.toString(value));
    }
    places.appendTail(text);
    return text.toString().strip();
  }

  private static String file(String name) {
    try (InputStream in =
        QueryText.class.getResourceAsStream("/org/popcornreplay/reports/sql/" + name + ".sql")) {
      if (in == null) {
        throw new IllegalArgumentException("no such query: name=" + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
