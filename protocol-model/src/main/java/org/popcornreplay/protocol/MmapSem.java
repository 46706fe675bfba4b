package org.popcornreplay.protocol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The reader/writer semaphore {@code mmap_sem} of the process on one node (popcorn-protocol §1.6).
 * Sleepers get it in the order of their coming, readers in a row together. A sleeping writer keeps
 * later readers and all trylocks out; a writer that spins on trylock keeps nobody out and gets it
 * only at an instant without reader, writer and sleeper.
 */
final class MmapSem {
  private record Sleeper(Activity activity, boolean writes) {}

  private final ArrayDeque<Sleeper> sleepers = new ArrayDeque<>();
  private final List<Sleeper> spinners = new ArrayList<>();
  private int readers;
  private Activity writer;

  /** {@code down_read_trylock}. */
  boolean downReadTrylock() {
    if (writer != null || !sleepers.isEmpty()) {
      return false;
    }
    readers++;
    return true;
  }

  /** {@code down_read}: true if held; else the activity sleeps and is woken when it holds it. */
  boolean downRead(Activity activity) {
    if (downReadTrylock()) {
      return true;
    }
    sleepers.add(new Sleeper(activity, false));
    return false;
  }

  /** {@code down_write_trylock}. */
  boolean downWriteTrylock(Activity activity) {
    if (writer != null || readers > 0 || !sleepers.isEmpty()) {
      return false;
    }
    writer = activity;
    return true;
  }

  /** {@code down_write}: true if held; else the activity sleeps and is woken when it holds it. */
  boolean downWrite(Activity activity) {
    if (downWriteTrylock(activity)) {
      return true;
    }
    sleepers.add(new Sleeper(activity, true));
    return false;
  }

  /**
   * One round of a loop of {@code down_write_trylock} and {@code schedule()}: true if held; else
   * the activity is run again when it is worth trying.
   */
  boolean downWriteSpin(Activity activity) {
    return spin(activity, true, downWriteTrylock(activity));
  }

  /** One round of a loop of {@code down_read_trylock} and {@code schedule()}. */
  boolean downReadSpin(Activity activity) {
    return spin(activity, false, downReadTrylock());
  }

  private boolean spin(Activity activity, boolean writes, boolean held) {
    activity.spins(!held);
    if (!held) {
      spinners.add(new Sleeper(activity, writes));
    }
    return held;
  }

  /** {@code up_read}. */
  void upRead() {
    if (readers == 0) {
      throw new IllegalStateException("mmap_sem: readers=0, expected one to leave");
    }
    readers--;
    release();
  }

  /** {@code up_write}. */
  void upWrite() {
    if (writer == null) {
      throw new IllegalStateException("mmap_sem: writer=none, expected one to leave");
    }
    writer = null;
    release();
  }

  /** {@code downgrade_write}. */
  void downgradeWrite() {
    if (writer == null) {
      throw new IllegalStateException("mmap_sem: writer=none, expected one to downgrade");
    }
    writer = null;
    readers = 1;
    release();
  }

  private void release() {
    while (!sleepers.isEmpty() && writer == null) {
      Sleeper first = sleepers.peek();
      if (first.writes()) {
        if (readers > 0) {
          break;
        }
        writer = first.activity();
      } else {
        readers++;
      }
      sleepers.remove();
      first.activity().wake();
    }
    if (writer != null || !sleepers.isEmpty() || spinners.isEmpty()) {
      return;
    }
    for (int i = 0; i < spinners.size(); ) {
      Sleeper spinner = spinners.get(i);
      if (spinner.writes() && readers > 0) {
        i++;
      } else {
        spinners.remove(i);
        spinner.activity().world.giveWay(spinner.activity().node, spinner.activity());
      }
    }
  }

  int readers() {
    return readers;
  }

  boolean isHeldForWriteBy(Activity activity) {
    return writer == activity;
  }

  boolean isWriteLocked() {
    return writer != null;
  }

  /** Nobody holds it or wants it. */
  boolean isFree() {
    return readers == 0 && writer == null && sleepers.isEmpty() && spinners.isEmpty();
  }

  void digest(Digest digest) {
    digest.add(readers).add(writer != null).add(sleepers.size()).add(spinners.size());
    if (writer != null) {
      writer.digest(digest);
    }
    for (Sleeper sleeper : sleepers) {
      digest.add(sleeper.writes());
      sleeper.activity().digest(digest);
    }
    for (Sleeper spinner : spinners) {
      digest.add(spinner.writes());
      spinner.activity().digest(digest);
    }
  }

  @Override
  public String toString() {
    return "mmap_sem(readers="
        + readers
        + (writer != null ? ", writer=" + writer.getClass().getSimpleName() : "")
        + ", sleepers="
        + sleepers.size()
        + ", spinners="
        + spinners.size()
        + ")";
  }
}
