package org.popcornreplay.tracer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of one recording for what is not its trace: the pipe and the capture tool's log. It
 * goes with the recording; where that was killed, the next recording of the same user removes it. A
 * locked file in it says that its recording is alive; it has a hidden name until it holds that
 * lock.
 */
final class ScratchFolder implements AutoCloseable {
  private static final String PREFIX = "popcorn-trace-";
  private static final String UNLOCKED_PREFIX = ".popcorn-trace-";
  private static final String LOCK = "lock";

  /** The time from making a folder to locking it is a hundredth of this. */
  private static final long SETTLING_MILLIS = 200;

  private final Path folder;
  private final FileChannel lock;

  private ScratchFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** A new folder that only this user can enter. */
  static ScratchFolder create() throws IOException {
    Path all = Path.of(System.getProperty("java.io.tmpdir"));
    removeDead(all);
    Path unlocked =
        Files.createTempDirectory(
            all,
            UNLOCKED_PREFIX + ProcessHandle.current().pid() + "-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    FileChannel lock =
        FileChannel.open(
            unlocked.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    lock.lock();
    Path folder =
        all.resolve(PREFIX + unlocked.getFileName().toString().substring(UNLOCKED_PREFIX.length()));
    Files.move(unlocked, folder, StandardCopyOption.ATOMIC_MOVE);
    return new ScratchFolder(folder, lock);
  }

  Path folder() {
    return folder;
  }

  /** The program's stream. */
  Path pipe() {
    return folder.resolve("stream");
  }

  /**
   * Makes the pipes.
   *
   * @param follows also those through which children announce themselves
   */
  void makePipes(boolean follows) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("mkfifo", "-m", "600", pipe().toString()));
    if (follows) {
      command.add(folder.resolve("control").toString());
      command.add(folder.resolve("alive").toString());
    }
    if (new ProcessBuilder(command).start().waitFor() != 0) {
      throw new IOException("mkfifo " + pipe() + " failed");
    }
  }

  /** What Valgrind said in all processes. */
  String logs() throws IOException {
    StringBuilder text = new StringBuilder();
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(folder, "log.*")) {
      for (Path log : logs) {
        text.append(Files.readString(log, StandardCharsets.ISO_8859_1));
      }
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      remove(folder);
    }
  }

  private static void removeDead(Path all) {
    List<Path> folders;
    try (var found = Files.list(all)) {
      folders =
          found
              .filter(path -> path.getFileName().toString().matches("\\.?" + PREFIX + ".*"))
              .toList();
    } catch (IOException e) {
      return; // who cannot list the folder cannot tidy it up
    }
    for (Path folder : folders) {
      try {
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && Files.isWritable(folder)
            && isDead(folder)) {
          remove(folder);
        }
      } catch (IOException e) {
        // Another recording was faster, or it is another user's.
      }
    }
  }

  /** Nobody holds the lock; one that is not there yet, or not yet held, may be about to come. */
  private static boolean isDead(Path folder) throws IOException {
    Path file = folder.resolve(LOCK);
    long age = System.currentTimeMillis() - Files.getLastModifiedTime(folder).toMillis();
    if (folder.getFileName().toString().startsWith(UNLOCKED_PREFIX) && age < SETTLING_MILLIS) {
      return false;
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      return held != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static void remove(Path folder) throws IOException {
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder)) {
      for (Path file : inside) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }
}
