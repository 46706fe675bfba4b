package org.popcornreplay.traces.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files and folders that a process makes beside their place and renames when they are whole. Their
 * names end with the number of the process, so that the next start can tell those of a process that
 * was killed.
 */
public final class LeftOvers {
  private LeftOvers() {}

  /** A hidden name beside a place, for this process: {@code .NAME.WHAT-PID}. */
  public static Path beside(Path place, String what) {
    return place.resolveSibling(prefix(place, what) + ProcessHandle.current().pid());
  }

  /** Those of processes that no longer live; none where the folder cannot be read. */
  public static List<Path> dead(Path place, String what) {
    String prefix = prefix(place, what);
    Path folder = place.toAbsolutePath().getParent();
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> isDead(path.getFileName().toString(), prefix)).sorted().toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }

  private static String prefix(Path place, String what) {
    return "." + place.getFileName() + "." + what + "-";
  }

  private static boolean isDead(String name, String prefix) {
    if (!name.startsWith(prefix)) {
      return false;
    }
    // DuckDB's log of a file has the file's name and .wal.
    String number = name.substring(prefix.length()).replaceFirst("\\.wal$", "");
    return number.matches("[0-9]{1,18}") && ProcessHandle.of(Long.parseLong(number)).isEmpty();
  }

  /** Deletes a file or a folder with all that is in it; nothing where there is none. */
  public static void remove(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> inside;
    try (Stream<Path> all = Files.walk(path)) {
      inside = all.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path each : inside) {
      Files.deleteIfExists(each);
    }
  }
}
