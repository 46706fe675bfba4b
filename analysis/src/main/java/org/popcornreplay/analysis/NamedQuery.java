package org.popcornreplay.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A question that has a name: a file under {@code sql/queries}. Its first comment says what it
 * answers; lines {@code -- Parameter NAME = DEFAULT: text} declare what it reads with {@code
 * getvariable('NAME')}.
 *
 * @param name its name on the command line
 * @param line what it answers, in one line
 * @param prose the whole first comment
 * @param parameters in the order of the command line
 * @param sql the file
 */
public record NamedQuery(
    String name, String line, String prose, List<Parameter> parameters, String sql) {
  private static final Pattern HEADING = Pattern.compile("-- ([a-z-]+): (.*)");
  private static final Pattern PARAMETER =
      Pattern.compile("-- Parameter ([a-z_]+) = ([a-z0-9]+): (.*)");

  /**
   * A whole number that the query reads.
   *
   * @param fallback {@code latest} (the run with the highest run_id), {@code none} (NULL), {@code
   *     required}, or a number
   */
  public record Parameter(String name, String fallback, String text) {
    /** Whether its value must be a run of the store. */
    public boolean isRun() {
      return name.equals("run") || name.startsWith("run_");
    }

    boolean isRequired() {
      return fallback.equals("required");
    }

    Long defaultValue(long latestRun) {
      return switch (fallback) {
        case "latest" -> latestRun;
        case "none", "required" -> null;
        default -> Long.valueOf(fallback);
      };
    }
  }

  static NamedQuery parse(String name, String sql) {
    List<Parameter> parameters = new ArrayList<>();
    StringBuilder prose = new StringBuilder();
    String heading = null;
    for (String line : sql.split("\n", -1)) {
      if (!line.startsWith("--")) {
        break;
      }
      Matcher first = HEADING.matcher(line);
      Matcher parameter = PARAMETER.matcher(line);
      if (heading == null && first.matches() && first.group(1).equals(name)) {
        heading = first.group(2);
      } else if (parameter.matches()) {
        parameters.add(new Parameter(parameter.group(1), parameter.group(2), parameter.group(3)));
      }
      prose.append(line.substring(Math.min(3, line.length()))).append('\n');
    }
    if (heading == null) {
      throw new IllegalStateException(
          "sql/queries/" + name + ".sql: first line, expected -- " + name + ": …");
    }
    return new NamedQuery(name, heading, prose.toString(), List.copyOf(parameters), sql);
  }

  /** Name and parameters, as one types them. */
  public String usage() {
    StringBuilder text = new StringBuilder(name);
    for (Parameter parameter : parameters) {
      String word = parameter.name().toUpperCase(java.util.Locale.ROOT);
      text.append(parameter.isRequired() ? " " + word : " [" + word + "]");
    }
    return text.toString();
  }
}
