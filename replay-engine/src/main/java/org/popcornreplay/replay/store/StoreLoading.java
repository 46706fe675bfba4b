package org.popcornreplay.replay.store;

import org.popcornreplay.traces.cli.CommandException;

/**
 * Loads DuckDB, which takes a quarter of a second, on a thread of its own while the caller reads a
 * trace. It touches no file; what goes wrong shows again, and is said, when a store is opened.
 */
public final class StoreLoading implements AutoCloseable {
  private final Thread thread = new Thread(StoreLoading::load, "run-store-loading");

  private StoreLoading() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Begins, and returns at once. */
  public static StoreLoading begin() {
    return new StoreLoading();
  }

  private static void load() {
    try {
      RunStore.inMemory().close();
    } catch (CommandException | LinkageError e) {
      // Opening the store will fail too.
    }
  }

  /** Returns when the thread has ended: no process may exit while it is in native code. */
  @Override
  public void close() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
