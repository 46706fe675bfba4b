package org.popcornreplay.replay.sharing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What happened to one page in a run. */
public final class PageRecord {
  /**
   * Where needed epochs are at least this share of all, the others do not count, and vice versa.
   */
  private static final double CLEAR_SHARE = 0.9;

  /** The page's number. */
  public final long page;

  long readFaults;
  long writeFaults;
  long invalidations;
  long transfers;
  long faultNanos;
  long retries;
  private final List<Use> uses = new ArrayList<>(2);
  private final List<Copy> copies = new ArrayList<>(2);
  private Use latestUse;
  private Copy latestCopy;

  PageRecord(long page) {
    this.page = page;
  }

  /** What one thread did to the page on one node. */
  public static final class Use {
    /** The thread. */
    public final int thread;

    /** The node it ran on. */
    public final int node;

    private long reads;
    private long writes;
    private long readLines;
    private long writeLines;
    private long faults;
    private long faultNanos;

    Use(int thread, int node) {
      this.thread = thread;
      this.node = node;
    }

    /** Accesses that read. */
    public long reads() {
      return reads;
    }

    /** Accesses that wrote. */
    public long writes() {
      return writes;
    }

    /** Lines read. */
    public long readLines() {
      return readLines;
    }

    /** Lines written. */
    public long writeLines() {
      return writeLines;
    }

    /** Faults that this thread raised. */
    public long faults() {
      return faults;
    }

    /** Time in them. */
    public long faultNanos() {
      return faultNanos;
    }
  }

  /** The page as one node sees it. */
  private static final class Copy {
    final int node;

    /** Lines that other nodes wrote and read since this node's latest fault. */
    long othersWrote;

    long othersRead;

    /** Lines of this node's visits that the other copies know since the page's latest fault. */
    long toldRead;

    long toldWritten;

    /** What others did, up to the fault that began the epoch. */
    long newlyWritten;

    long newlyRead;
    boolean first = true;
    boolean open;
    boolean used;
    boolean needed;
    boolean wrote;
    long epochNanos;
    long neededEpochs;
    long vainEpochs;
    long neededNanos;
    long vainNanos;
    boolean firstWasNeeded;
    boolean firstWasInVain;

    Copy(int node) {
      this.node = node;
    }

    void endEpoch() {
      if (!open || !used) {
        return;
      }
      boolean conflict = newlyWritten != 0 || (wrote && newlyRead != 0);
      if (first) {
        firstWasNeeded = needed && wrote;
        firstWasInVain = conflict && !needed && wrote;
        first = false;
      } else if (needed) {
        neededEpochs++;
        neededNanos += epochNanos;
      } else if (conflict) {
        vainEpochs++;
        vainNanos += epochNanos;
      }
      open = false;
      epochNanos = 0;
    }
  }

  void visit(int thread, int node, int reads, int writes, long readLines, long writeLines) {
    Use use = use(thread, node);
    use.reads += reads;
    use.writes += writes;
    use.readLines |= readLines;
    use.writeLines |= writeLines;
    Copy own = copy(node);
    own.used = true;
    own.wrote |= writeLines != 0;
    own.needed |=
        ((readLines | writeLines) & own.newlyWritten) != 0 || (writeLines & own.newlyRead) != 0;
    long newRead = readLines & ~own.toldRead;
    long newWritten = writeLines & ~own.toldWritten;
    if ((newRead | newWritten) != 0 && copies.size() > 1) {
      own.toldRead |= readLines;
      own.toldWritten |= writeLines;
      for (int i = 0; i < copies.size(); i++) {
        Copy copy = copies.get(i);
        if (copy != own) {
          copy.othersWrote |= writeLines;
          copy.othersRead |= readLines;
        }
      }
    }
  }

  void fault(int thread, int node, long nanos) {
    Use use = use(thread, node);
    use.faults++;
    use.faultNanos += nanos;
    Copy own = copy(node);
    for (int i = 0; i < copies.size(); i++) {
      copies.get(i).toldRead = 0;
      copies.get(i).toldWritten = 0;
    }
    if (own.used && !own.open) {
      own.first = false; // it had the page before without a fault: the origin's own memory
    }
    if (own.open && !own.used) {
      // A read fault and the upgrade that follows it at once are one epoch.
      own.newlyWritten |= own.othersWrote;
      own.newlyRead |= own.othersRead;
    } else {
      own.endEpoch();
      own.newlyWritten = own.othersWrote;
      own.newlyRead = own.othersRead;
      own.needed = false;
      own.used = false;
      own.wrote = false;
      own.open = true;
    }
    own.epochNanos += nanos;
    own.othersWrote = 0;
    own.othersRead = 0;
  }

  void finish() {
    for (Copy copy : copies) {
      copy.endEpoch();
    }
    uses.sort(Comparator.comparingInt((Use u) -> u.thread).thenComparingInt(u -> u.node));
  }

  boolean matters() {
    return faults() > 0 || transfers > 0 || invalidations > 0 || copies.size() > 1;
  }

  /** How the page was shared. */
  public Sharing sharing() {
    if (copies.size() <= 1) {
      return Sharing.PRIVATE;
    }
    long needed = neededEpochs();
    long vain = vainEpochs();
    if (needed + vain == 0) {
      for (Copy copy : copies) {
        needed += copy.firstWasNeeded ? 1 : 0;
        vain += copy.firstWasInVain ? 1 : 0;
      }
    }
    if (needed + vain == 0) {
      return Sharing.READ_SHARED;
    }
    double share = (double) needed / (needed + vain);
    if (share >= CLEAR_SHARE) {
      return Sharing.TRUE_SHARING;
    }
    return share <= 1 - CLEAR_SHARE ? Sharing.FALSE_SHARING : Sharing.MIXED;
  }

  /** What each thread did on each node, by thread and node. */
  public List<Use> uses() {
    return uses;
  }

  /** All faults on the page. */
  public long faults() {
    return readFaults + writeFaults;
  }

  /** Faults to read. */
  public long readFaults() {
    return readFaults;
  }

  /** Faults to write, upgrades included. */
  public long writeFaults() {
    return writeFaults;
  }

  /** Copies that were taken away. */
  public long invalidations() {
    return invalidations;
  }

  /** Times that the content went over the network. */
  public long transfers() {
    return transfers;
  }

  /** Time that threads spent in faults on the page. */
  public long faultNanos() {
    return faultNanos;
  }

  /** Retries in these faults. */
  public long retries() {
    return retries;
  }

  /** Threads that read it. */
  public int readers() {
    return (int)
        uses.stream().filter(u -> u.readLines != 0).mapToInt(u -> u.thread).distinct().count();
  }

  /** Threads that wrote it. */
  public int writers() {
    return (int)
        uses.stream().filter(u -> u.writeLines != 0).mapToInt(u -> u.thread).distinct().count();
  }

  /** Epochs that were needed: true sharing. */
  public long neededEpochs() {
    return copies.stream().mapToLong(c -> c.neededEpochs).sum();
  }

  /** Epochs that were in vain: false sharing. */
  public long vainEpochs() {
    return copies.stream().mapToLong(c -> c.vainEpochs).sum();
  }

  /** Time in the faults that began needed epochs. */
  public long neededNanos() {
    return copies.stream().mapToLong(c -> c.neededNanos).sum();
  }

  /** Time in the faults that began epochs in vain: what an end of the false sharing would save. */
  public long vainNanos() {
    return copies.stream().mapToLong(c -> c.vainNanos).sum();
  }

  private Use use(int thread, int node) {
    if (latestUse != null && latestUse.thread == thread && latestUse.node == node) {
      return latestUse;
    }
    for (int i = 0; i < uses.size(); i++) {
      Use use = uses.get(i);
      if (use.thread == thread && use.node == node) {
        latestUse = use;
        return use;
      }
    }
    latestUse = new Use(thread, node);
    uses.add(latestUse);
    return latestUse;
  }

  private Copy copy(int node) {
    if (latestCopy != null && latestCopy.node == node) {
      return latestCopy;
    }
    for (int i = 0; i < copies.size(); i++) {
      if (copies.get(i).node == node) {
        latestCopy = copies.get(i);
        return latestCopy;
      }
    }
    latestCopy = new Copy(node);
    for (Use use : uses) {
      if (use.node != node) {
        latestCopy.othersWrote |= use.writeLines;
        latestCopy.othersRead |= use.readLines;
      }
    }
    copies.add(latestCopy);
    return latestCopy;
  }
}
