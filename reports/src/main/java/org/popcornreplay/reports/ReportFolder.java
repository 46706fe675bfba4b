package org.popcornreplay.reports;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.popcornreplay.traces.cli.CommandException;

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
    Path fresh =
        parent.resolve("." + folder.getFileName() + ".new-" + ProcessHandle.current().pid());
    Path old = parent.resolve("." + folder.getFileName() + ".old-" + ProcessHandle.current().pid());
    try {
      Files.createDirectories(parent);
      remove(fresh);
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
        remove(old);
      }
    } catch (IOException e) {
      throw CommandException.badInput(
          "--output=" + folder + ": cannot be written: " + reason(e), e);
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
      throw CommandException.badInput("--output=" + folder + ": cannot be read: " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile();
    }
    if (e instanceof FileSystemException problem && problem.getReason() != null) {
      return problem.getReason();
    }
    return e.getMessage();
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> paths = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.forEach(paths::add);
    }
    for (int i = paths.size() - 1; i >= 0; i--) {
      Files.delete(paths.get(i));
    }
  }

  private static void removeQuietly(Path folder) {
    try {
      remove(folder);
    } catch (IOException | UncheckedIOException e) {
      // The first failure has been told; this is only about its rest.
      return;
    }
  }
}
