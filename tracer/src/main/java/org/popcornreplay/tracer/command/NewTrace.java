package org.popcornreplay.tracer.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.cli.CommandException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The options of commands that write a trace, and the writing: into a directory beside the wished
 * one, which gets its name when it is complete. What a killed command left there goes at the next
 * start.
 */
final class NewTrace {
  @Option(names = "-o", paramLabel = "DIR", description = "Directory of the new trace.")
  private Path directory;

  @Option(names = "--force", description = "Replace the trace in DIR.")
  private boolean force;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Writes the content of the trace into the given directory. */
  @FunctionalInterface
  interface Content {
    /** Writes; may fail in any way. */
    void write(Path directory) throws IOException;
  }

  /** Checks, writes, moves into place, and says so. */
  void write(Content content) {
    if (directory == null) {
      throw CommandException.usage("-o=none, expected the directory of the new trace");
    }
    long begin = System.nanoTime();
    Path target = directory.toAbsolutePath().normalize();
    if (target.getFileName() == null) {
      throw CommandException.usage("-o=" + directory + ", expected the name of a directory");
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      if (!force) {
        throw CommandException.usage(
            "-o=" + directory + ": exists, expected a new name or --force");
      }
      if (!Files.isRegularFile(target.resolve(Manifest.FILE_NAME))) {
        throw CommandException.usage(
            "-o=" + directory + ": not a trace, expected one where --force replaces it");
      }
    }
    Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
    Path lockFile = target.resolveSibling("." + target.getFileName() + ".lock");
    try {
      Files.createDirectories(target.getParent());
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = lock(channel)) {
        if (lock == null) {
          throw CommandException.usage("-o=" + directory + ": another command is writing it");
        }
        delete(partial);
        boolean written = false;
        try {
          content.write(partial);
          written = true;
        } finally {
          if (!written) {
            delete(partial);
            Files.deleteIfExists(lockFile);
          }
        }
        if (force) {
          delete(target);
        }
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(lockFile);
      }
    } catch (IOException | UncheckedIOException e) {
      throw CommandException.usage("-o=" + directory + ": cannot be written: " + e.getMessage());
    }
    Notes.wrote(command, directory, begin);
  }

  private static FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /** Deletes a directory of plain files; nothing else is ever in a trace. */
  private static void delete(Path trace) throws IOException {
    if (!Files.isDirectory(trace, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(trace)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(trace);
  }
}
