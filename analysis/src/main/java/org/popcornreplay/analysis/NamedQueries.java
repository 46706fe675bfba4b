package org.popcornreplay.analysis;

import java.util.List;
import org.popcornreplay.traces.cli.CommandException;

/** All questions that have names. */
public final class NamedQueries {
  private static final List<String> NAMES =
      List.of(Sql.resource("queries/index.txt").strip().split("\n", -1));

  private NamedQueries() {}

  /** Their names, as listed. */
  public static List<String> names() {
    return NAMES;
  }

  /** True where a query has this name. */
  public static boolean has(String name) {
    return NAMES.contains(name);
  }

  /** The query of this name; a usage error where there is none. */
  public static NamedQuery get(String name) {
    if (!has(name)) {
      throw CommandException.usage(
          "query: name=" + name + ", expected SQL or one of " + String.join(", ", NAMES));
    }
    return NamedQuery.parse(name, Sql.resource("queries/" + name + ".sql"));
  }
}
