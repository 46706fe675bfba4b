package org.popcornreplay.traces;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The traces of the processes that a recorded program began: one for each image, each complete in
 * itself, in the folder {@code children} of the program's trace, named {@code NUMBER-PROGRAM}.
 */
public final class ChildTraces {
  /** The folder in the directory of the main program's trace. */
  public static final String FOLDER = "children";

  /** The key of the main program's manifest that lists them. */
  public static final String KEY = "processes";

  private static final int MOST_NAME = 40;

  private ChildTraces() {}

  /** The name of one's directory. */
  public static String name(int number, String program) {
    String last = program.substring(program.lastIndexOf('/') + 1);
    String plain = last.replaceAll("[^A-Za-z0-9._+-]", "_");
    String cut = plain.length() > MOST_NAME ? plain.substring(0, MOST_NAME) : plain;
    return number + "-" + (cut.isEmpty() ? "program" : cut);
  }

  /**
   * The directories of the children of the trace in a directory, by number; links are not taken.
   */
  public static List<Path> of(Path trace) {
    Path folder = trace.resolve(FOLDER);
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(child -> number(child) > 0)
          .filter(child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))
          .sorted(
              Comparator.comparingInt(ChildTraces::number)
                  .thenComparing(child -> child.getFileName().toString()))
          .toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // a folder that cannot be listed has none that can be read
    }
  }

  /** The number in the name of a child's directory; 0 where it is no such name. */
  public static int number(Path child) {
    String name = child.getFileName().toString();
    int dash = name.indexOf('-');
    String digits = dash < 0 ? name : name.substring(0, dash);
    return digits.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(digits) : 0;
  }
}
