package org.popcornreplay.reports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.FileFault;
import org.popcornreplay.traces.cli.LeftOvers;

/**
 * The folder of a report. It is written beside its place and renamed, so that there is either the
 * old report or the whole new one. A folder that holds anything but a report is not touched.
 */
final class ReportFolder {
  private static final Pattern OWN_FILE = Pattern.compile("index\\.html|[a-z][a-z-]*\\.png");

  private final Path folder;
  private final boolean force;

  /**
   * A folder for a report.
   *
   * @param force whether to replace a folder that holds other things too
   */
  ReportFolder(Path folder, boolean force) {
    this.folder = folder.toAbsolutePath().normalize();
    this.force = force;
  }

  /**
   * Refuses a place that must not be written over.
   *
   * @throws CommandException where there is something else
   */
  void needsToBeFree() {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw CommandException.usage(
          "--output=" + folder + ": found=a file or link, expected a folder or nothing");
    }
    if (folder.getParent() == null) {
      throw CommandException.usage(
          "--output=" + folder + ", expected a folder that can be replaced");
    }
    if (!force && !isReport()) {
      throw CommandException.usage(
          "--output="
              + folder
              + ": found=a folder with other files, expected a report, an empty folder or"
              + " nothing (--force replaces the folder with all that is in it)");
    }
  }

  /**
   * Writes the files.
   *
   * @throws CommandException where the place cannot be written
   */
  void write(Map<String, byte[]> files) {
    Path parent = folder.getParent();
    Path fresh = LeftOvers.beside(folder, "new");
    Path old = LeftOvers.beside(folder, "old");
    try {
      Files.createDirectories(parent);
      for (Path dead : LeftOvers.dead(folder, "new")) {
        LeftOvers.remove(dead);
      }
      for (Path dead : LeftOvers.dead(folder, "old")) {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
          LeftOvers.remove(dead);
        } else {
          Files.move(dead, folder); // killed between the two renames below
        }
      }
      LeftOvers.remove(fresh);
      Files.createDirectory(fresh);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Files.write(fresh.resolve(file.getKey()), file.getValue());
      }
      boolean replaces = Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
      if (replaces) {
        Files.move(folder, old);
      }
      Files.move(fresh, folder);
      if (replaces) {
        LeftOvers.remove(old);
      }
    } catch (IOException e) {
      throw CommandException.badInput(
          "--output=" + folder + ": cannot be written: " + FileFault.reason(e), e);
    } finally {
      removeQuietly(fresh);
    }
  }

  private boolean isReport() {
    try (Stream<Path> inside = Files.list(folder)) {
      List<String> names = inside.map(path -> path.getFileName().toString()).toList();
      return names.isEmpty()
          || (names.contains("index.html")
              && names.stream().allMatch(name -> OWN_FILE.matcher(name).matches()));
    } catch (IOException e) {
      throw CommandException.badInput(
          "--output=" + folder + ": cannot be read: " + FileFault.reason(e), e);
    }
  }

  private static void removeQuietly(Path folder) {
    try {
      LeftOvers.remove(folder);
    } catch (IOException e) {
      // The first failure has been told; this is only about its rest.
      return;
    }
  }
}
