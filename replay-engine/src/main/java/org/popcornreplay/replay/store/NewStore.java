package org.popcornreplay.replay.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.SQLException;
import org.popcornreplay.traces.cli.CommandException;
import org.popcornreplay.traces.cli.FileFault;
import org.popcornreplay.traces.cli.LeftOvers;

/**
 * Makes the file of a run store. It gets its name when it has its tables, so that nobody ever sees
 * one without; two processes may try at once.
 */
final class NewStore {
  private static final String WHAT = "new";

  private NewStore() {}

  /** What puts the tables into an empty file. */
  @FunctionalInterface
  interface Tables {
    /** Opens the file, makes the tables, closes it. */
    void make(Path file) throws SQLException;
  }

  /** Makes the store where there is none. */
  static void ensure(Path file, Tables tables) {
    Path place = file.toAbsolutePath();
    if (place.getFileName() == null) {
      return;
    }
    Path fresh = LeftOvers.beside(place, WHAT);
    try {
      for (Path dead : LeftOvers.dead(place, WHAT)) {
        LeftOvers.remove(dead);
      }
      if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
      LeftOvers.remove(fresh);
      try {
        tables.make(fresh);
        name(fresh, place);
      } finally {
        LeftOvers.remove(fresh);
        LeftOvers.remove(fresh.resolveSibling(fresh.getFileName() + ".wal"));
      }
    } catch (IOException e) {
      throw CommandException.badInput(
          "run store: file=" + file + " cannot be made: " + FileFault.reason(e), e);
    } catch (SQLException e) {
      throw RunStore.unusable(file, e);
    }
  }

  /** A link fails where the name is taken, and renaming would not. */
  private static void name(Path fresh, Path place) throws IOException {
    try {
      Files.createLink(place, fresh);
    } catch (FileAlreadyExistsException e) {
      return; // another process was first
    } catch (UnsupportedOperationException | IOException e) {
      Files.move(fresh, place);
    }
  }
}
