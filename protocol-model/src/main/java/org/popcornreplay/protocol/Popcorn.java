package org.popcornreplay.protocol;

import java.util.List;

/**
 * Popcorn Linux on all its nodes, hosting one distributed process whose origin is node 0.
 *
 * <p>First the process is described: its VMAs at the origin, its threads, and where a scenario
 * wants it, what the nodes already hold ({@code given…}: no message is counted). Then threads run
 * operations, each with a {@link Completion}; a thread has one operation at a time. The {@link
 * World} carries messages and calls {@link #deliver}.
 *
 * <p>The implementation is {@code PopcornCluster}: its constructor takes the number of nodes, the
 * bytes of a page, the world, the options and an observer.
 *
 * <p>Pages are page numbers (address / page size); nodes count from 0.
 */
public interface Popcorn {
  /** The origin of the process. */
  int ORIGIN = 0;

  /** What the heap maps, and a bss that it continues. */
  int HEAP_OBJECT = -2;

  /** No page holds the thread's {@code clear_child_tid} word. */
  long NO_PAGE = Message.NO_PAGE;

  /** The most nodes that the model takes; the kernel has 32. */
  int MAX_NODES = 1024;

  /** A message arrives: the receive thread of the link runs its handler. */
  void deliver(Message message);

  // ---- What exists before the run.

  /** Maps a VMA at the origin. */
  void createRegion(long start, long pages, RegionKind kind, int protection, int object);

  /**
   * A thread that exists at the origin.
   *
   * @param thread a number of the caller's choice, 0 or more; the first one is the main thread
   * @param tidPage the page of its {@code clear_child_tid} word, or {@link #NO_PAGE}
   * @param tidAddress that word's address; futex waiters on it wake when the thread exits
   */
  void createThread(int thread, long tidPage, long tidAddress);

  /**
   * set_robust_list: the kernel will read this page when the thread ends while others live.
   *
   * @param page the page of the list's head, or {@link #NO_PAGE}
   */
  void setRobustList(int thread, long page);

  /** The thread has already migrated to the node. */
  void givenThreadAt(int thread, int node);

  /** The node has fetched the VMA that covers this page, and hosts the process. */
  void givenWarm(long page, int node);

  /**
   * The page's owners: one holds it writable, several (0 must be one) read-only. Each owner is
   * warm.
   */
  void givenOwners(long page, int... nodes);

  /** The boot of all nodes: each tells each other its architecture (NODE_INFO). */
  void boot();

  // ---- What threads do.

  /**
   * A load, store or fetch. Ends with 0 when the access has happened, SIGSEGV, SIGBUS, BUG or HANG,
   * and in kernel mode -EFAULT.
   */
  void access(int thread, long page, boolean write, AccessMode mode, Completion done);

  /** {@code popcorn_migrate(nid)}: -1 goes where {@link #propose} said. */
  void migrate(int thread, int nid, Completion done);

  /** {@code popcorn_propose_migration}; {@code target} -1 stands for a pid that nobody has. */
  void propose(int thread, int target, int nid, Completion done);

  /** Maps pages at a fixed place, as mmap with MAP_FIXED. */
  void mmap(
      int thread,
      long start,
      long pages,
      RegionKind kind,
      int protection,
      int object,
      Completion done);

  /** Unmaps pages. */
  void munmap(int thread, long start, long pages, Completion done);

  /** Changes the protection of pages. */
  void mprotect(int thread, long start, long pages, int protection, Completion done);

  /** Grows, shrinks or moves a mapping; {@code newStart == start} stays in place. */
  void mremap(int thread, long start, long oldPages, long newStart, long newPages, Completion done);

  /** The heap, which begins at {@code start}, has {@code pages} pages from now on. */
  void brk(int thread, long start, long pages, Completion done);

  /** Advice on pages. */
  void madvise(int thread, long start, long pages, Advice advice, Completion done);

  /** Tells whether a futex word still has the value that a waiter expects. */
  @FunctionalInterface
  interface FutexWord {
    /** Asked in the step in which the origin compares the value. */
    boolean hasExpectedValue();
  }

  /** A futex wait without timeout. */
  long NO_TIMEOUT = -1;

  /**
   * FUTEX_WAIT on a private futex: 0 when woken, -EWOULDBLOCK where the value differs, -ETIMEDOUT.
   */
  void futexWait(
      int thread, long page, long address, FutexWord word, long timeoutNanos, Completion done);

  /**
   * FUTEX_WAIT_BITSET, whose timeout is the moment of a clock: a remote's is taken for a duration
   * (K20).
   *
   * @param timeoutNanos how long that is from now on, or {@link #NO_TIMEOUT} where nobody knows
   * @param clockNanos what the thread passes, not negative
   */
  void futexWaitUntil(
      int thread,
      long page,
      long address,
      FutexWord word,
      long timeoutNanos,
      long clockNanos,
      Completion done);

  /** FUTEX_WAKE: ends with the number of woken threads, longest sleeper first. */
  void futexWake(int thread, long page, long address, int count, Completion done);

  /**
   * FUTEX_WAKE of one thread: of this sleeper where it sleeps on the address, else of nobody. For
   * replays of recordings in which another than the longest sleeper was woken.
   */
  void futexWakeSleeper(int thread, long page, long address, int sleeper, Completion done);

  /** Ends the futex wait of a thread for no reason, as the kernel may; false where it has none. */
  boolean endFutexWait(int thread);

  /**
   * The thread starts another one (clone), which begins to exist at the thread's node: legal only
   * at the origin.
   */
  void clone(int thread, int child, long tidPage, long tidAddress, Completion done);

  /** The thread ends. */
  void exit(int thread, Completion done);

  /** All threads of the thread's node end. */
  void exitGroup(int thread, Completion done);

  /** Somebody reads /proc/cpuinfo on a node: it asks every other node in turn. */
  void readCpuinfo(int node, Completion done);

  /** Somebody reads /proc/meminfo ({@code CONFIG_POPCORN_REMOTE_INFO}): the same. */
  void readMeminfo(int node, Completion done);

  /** Somebody reads /proc/popcorn_ps: one question for each thread that is away from the node. */
  void readProcesses(int node, Completion done);

  // ---- What one can ask. None of these changes anything.

  /** Number of nodes. */
  int nodes();

  /** The dense index of a page, given out at first use; cheap to keep. */
  int pageIndex(long page);

  /** Whether an access of the node to the page (by its index) hits. Allocates nothing. */
  boolean mayAccess(int node, int pageIndex, boolean write);

  /** Changes whenever the node has lost a right on any page. */
  long rightsVersion(int node);

  /** The page-table entry of a node. */
  PteState pteState(long page, int node);

  /**
   * The owners by the origin's view, ascending: of a page never distributed {0} once the origin has
   * touched it.
   */
  int[] owners(long page);

  /** Whether the origin has made a private copy of the file page ({@code PI_FLAG_COWED}). */
  boolean isCowed(long page);

  /** Whether every node that may read the page sees its newest write. */
  boolean seesLatest(long page);

  /** Where the thread runs; -1 once it has ended. */
  int nodeOf(int thread);

  /** Whether the thread can begin an operation: it does none now and is not about to end. */
  boolean mayBegin(int thread);

  /** Whether a thread is on its way out, or gone: it can begin no operation. */
  boolean isEnding(int thread);

  /** Whether the thread has ended. */
  boolean hasEnded(int thread);

  /** The thread's {@code backoff_weight}. */
  int backoffWeight(int thread);

  /** The counters of a node. */
  PopcornStat stat(int node);

  /** The VMAs of a node, ascending. */
  List<Vma> vmas(int node);

  /** Whether a VMA of the node covers the page. */
  boolean isMapped(long page, int node);

  /** Whether the node has a worker of the process ({@code remote_tgids[nid] != 0}). */
  boolean hasWorker(int node);

  /** The first failure of the modelled kernel, one line; null while it is well. */
  String failure();

  /** Who waits for what, one line each: for a run that cannot go on. */
  List<String> waits();

  /**
   * What must not be there when nothing is under way: fault handles, locks, fetches, stations, busy
   * workers and origin peers, except those of threads asleep in a futex.
   */
  List<String> leftovers();

  /** Number of pages that have been named so far; no other page has any state. */
  int knownPages();

  /** One of them. */
  long knownPage(int place);

  /**
   * Whether the page is still subject to the invariants: MADV_DONTNEED, MADV_RELEASE, mremap, a
   * shrinking brk and a mapping over another one take pages out (popcorn-protocol §4.6).
   */
  boolean obeysInvariants(long page);

  /** Threads of a remote node that are in a futex wait, whose requests stay unanswered. */
  int futexSleepers(int node);

  /** Whether some node handles a fault or a request of the page. */
  boolean isBeingHandled(long page);

  /** Whether the node has a valid copy of the page, also one that mprotect lets nobody use. */
  boolean holds(long page, int node);

  /** Whether the node's copy is under the protocol; if not it is a local page of a file. */
  boolean isCoherent(long page, int node);

  /** Folds the whole state in: equal states, by the names of the digest, behave alike. */
  void digest(Digest digest);
}
