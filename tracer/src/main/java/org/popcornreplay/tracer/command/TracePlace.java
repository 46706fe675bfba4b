package org.popcornreplay.tracer.command;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.popcornreplay.traces.ChildTraces;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Where a new trace goes. It is begun in a directory beside its place and gets its name when there
 * is something to read; one command at a time has the place. What a killed command left beside it
 * goes at the next start.
 */
public final class TracePlace implements AutoCloseable {
  private final Path target;
  private final Path partial;
  private final Path old;
  private final Path lockFile;
  private final FileChannel channel;
  private boolean replaces;

  private TracePlace(Path target, FileChannel channel) {
    this.target = target;
    this.channel = channel;
    partial = beside(target, ".partial");
    old = beside(target, ".old");
    lockFile = beside(target, ".lock");
  }

  /**
   * Takes the place.
   *
   * @param directory as the user named it
   * @param force whether a trace that is there may be replaced
   * @throws CommandException where something else is there, or another command has it
   */
  public static TracePlace take(Path directory, boolean force) throws IOException {
    Path target = directory.toAbsolutePath().normalize();
    if (target.getFileName() == null) {
      throw CommandException.usage("-o=" + directory + ", expected the name of a directory");
    }
    checkFree(directory, target, force);
    Files.createDirectories(target.getParent());
    FileChannel channel = lock(beside(target, ".lock"));
    if (channel == null) {
      throw CommandException.usage(
          "-o=" + directory + ": another command is writing it, expected one at a time");
    }
    TracePlace place = new TracePlace(target, channel);
    boolean taken = false;
    try {
      place.tidy();
      place.replaces = checkFree(directory, target, force);
      taken = true;
      return place;
    } finally {
      if (!taken) {
        place.close();
      }
    }
  }

  /** Whether there is a trace that may go; refuses what may not. */
  private static boolean checkFree(Path directory, Path target, boolean force) throws IOException {
    boolean exists = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    if (exists && !force) {
      throw CommandException.usage("-o=" + directory + ": exists, expected a new name or --force");
    }
    if (exists && !canGo(target)) {
      throw CommandException.usage(
          "-o=" + directory + ": not a trace, expected one where --force replaces it");
    }
    return exists;
  }

  /** What a command left that was killed: a trace without its name gets it back, the rest goes. */
  private void tidy() throws IOException {
    delete(partial);
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      delete(old);
    } else if (Files.exists(old, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static Path beside(Path target, String ending) {
    return target.resolveSibling("." + target.getFileName() + ending);
  }

  /** A directory with a manifest, or an empty one. */
  private static boolean canGo(Path target) throws IOException {
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    if (Files.isRegularFile(target.resolve(Manifest.FILE_NAME))) {
      return true;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(target)) {
      return !files.iterator().hasNext();
    }
  }

  /** The lock file, locked; null where another process has it. */
  private static FileChannel lock(Path file) throws IOException {
    for (; ; ) {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean kept = false;
      try {
        FileLock lock = tryLock(channel);
        if (lock == null) {
          return null;
        }
        // Whoever had it before may have removed the file after we opened it.
        kept = Files.exists(file);
      } finally {
        if (!kept) {
          channel.close();
        }
      }
      if (kept) {
        return channel;
      }
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /** The directory to begin in; not there yet. */
  public Path partial() {
    return partial;
  }

  /**
   * Gives the directory its name; what had it goes.
   *
   * @return the directory's path from now on
   */
  public Path settle() throws IOException {
    if (replaces) {
      Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    delete(old);
    return target;
  }

  /** Gives the place back; a directory that did not get its name goes. */
  @Override
  public void close() throws IOException {
    try (channel) {
      delete(partial);
      Files.deleteIfExists(lockFile);
    }
  }

  /** Deletes a directory of plain files and of the traces of children; nothing else is in one. */
  private static void delete(Path trace) throws IOException {
    if (!Files.isDirectory(trace, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    for (Path child : ChildTraces.of(trace)) {
      delete(child);
    }
    Path folder = trace.resolve(ChildTraces.FOLDER);
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(folder);
    }
    List<Path> inside;
    try (var files = Files.list(trace)) {
      inside = files.toList();
    }
    for (Path file : inside) {
      Files.delete(file);
    }
    Files.delete(trace);
  }
}
