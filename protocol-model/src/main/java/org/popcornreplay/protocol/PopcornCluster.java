package org.popcornreplay.protocol;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** All nodes with their servers, and the one process that they host. */
public final class PopcornCluster implements Popcorn {
  /** The kernel's limit of nids (include/popcorn/bundle.h). */
  static final int MAX_POPCORN_NODES = 32;

  final World world;
  final Options options;
  final Observer observer;
  final MessageLayer messages;
  final PageServer pageServer = new PageServer(this);
  final VmaServer vmaServer = new VmaServer(this);
  final ProcessServer processServer = new ProcessServer(this);
  final FutexServer futexServer = new FutexServer(this);
  final Directory directory;
  final TaskTable tasks = new TaskTable(this);
  final ExitGroup exitGroup = new ExitGroup(this);
  final PageVersions versions;
  final KernelFailures failures = new KernelFailures(this);
  final SystemCalls calls = new SystemCalls(this);

  private final int pageBytes;
  private final RemoteContext[] contexts;
  private final WaitStations[] stations;
  private final PopcornStat[] stats;
  private final PageIndex index = new PageIndex();
  private final ProcessStart process = new ProcessStart(this);
  private final ClusterState state = new ClusterState(this);

  /**
   * A cluster that runs nothing yet.
   *
   * @param nodes 1..{@link #MAX_NODES}; beyond 32 the kernel's limit of nids becomes {@code nodes}
   * @param pageBytes what a page response carries; 4096 in the kernel
   */
  public PopcornCluster(int nodes, int pageBytes, World world, Options options, Observer observer) {
    if (nodes < 1 || nodes > MAX_NODES) {
      throw new IllegalArgumentException("nodes: " + nodes + ", expected 1.." + MAX_NODES);
    }
    if (pageBytes < 1 || pageBytes > 1 << 21) {
      throw new IllegalArgumentException("page bytes: " + pageBytes + ", expected 1..2097152");
    }
    this.world = world;
    this.options = options;
    this.observer = observer;
    this.pageBytes = pageBytes;
    this.messages = new MessageLayer(this, nodes);
    this.versions = new PageVersions(index);
    this.directory = new Directory(nodes);
    this.contexts = new RemoteContext[nodes];
    this.stations = new WaitStations[nodes];
    this.stats = new PopcornStat[nodes];
    for (int node = 0; node < nodes; node++) {
      contexts[node] = new RemoteContext(this, node);
      stations[node] = new WaitStations(options.waitStations);
      stats[node] = new PopcornStat();
    }
  }

  // ---- What the servers share.

  RemoteContext context(int node) {
    return contexts[node];
  }

  RemoteContext[] contexts() {
    return contexts;
  }

  RemoteContext origin() {
    return contexts[ORIGIN];
  }

  WaitStations stations(int node) {
    return stations[node];
  }

  /** A wait station on the activity's node; null when none is free, which is a BUG (K14). */
  WaitStation station(Activity waiter, int count) {
    WaitStation station = stations[waiter.node].get(waiter, count);
    if (station == null) {
      failures.bug(waiter, "K14", "node " + waiter.node + " has no free wait station");
    }
    return station;
  }

  int pageBytes() {
    return pageBytes;
  }

  long page(int pageIndex) {
    return index.page(pageIndex);
  }

  /** The index of a known page. */
  int knownIndex(int place) {
    return index.known(place);
  }

  boolean isDistributed() {
    return processServer.isDistributed();
  }

  void setEntry(RemoteContext context, int pageIndex, byte entry) {
    boolean lost = context.pages.set(pageIndex, entry);
    long page = index.page(pageIndex);
    if (lost) {
      observer.rightLost(context.node, page);
    }
    observer.pageChanged(context.node, page);
  }

  /**
   * Calls with the index of every page of a range that the node has touched, ascending by chunk.
   */
  void forEachTouched(RemoteContext context, long start, long end, IntConsumer action) {
    int chunks = index.chunks();
    for (int chunk = 0; chunk < chunks; chunk++) {
      long first = index.firstPage(chunk);
      if (first < end && first + PageIndex.CHUNK_PAGES > start && context.pages.isTouched(chunk)) {
        long to = Math.min(end, first + PageIndex.CHUNK_PAGES);
        for (long page = Math.max(start, first); page < to; page++) {
          action.accept((chunk << PageIndex.CHUNK_BITS) | (int) (page & PageIndex.CHUNK_MASK));
        }
      }
    }
  }

  // ---- Popcorn: before the run.

  @Override
  public void deliver(Message message) {
    messages.process(message);
  }

  @Override
  public void createRegion(long start, long pages, RegionKind kind, int protection, int object) {
    process.createRegion(start, pages, kind, protection, object);
  }

  @Override
  public void createThread(int thread, long tidPage, long tidAddress) {
    tasks.create(thread, tidPage, tidAddress);
  }

  @Override
  public void setRobustList(int thread, long page) {
    tasks.get(thread).robustListPage = page;
  }

  @Override
  public void givenThreadAt(int thread, int node) {
    process.givenThreadAt(thread, node);
  }

  @Override
  public void givenWarm(long page, int node) {
    process.givenWarm(page, node);
  }

  @Override
  public void givenOwners(long page, int... nodes) {
    process.givenOwners(page, nodes);
  }

  @Override
  public void boot() {
    process.boot();
  }

  // ---- Popcorn: what threads do.

  @Override
  public void access(int thread, long page, boolean write, AccessMode mode, Completion done) {
    calls.access(thread, page, write, mode, done);
  }

  @Override
  public void migrate(int thread, int nid, Completion done) {
    calls.migrate(thread, nid, done);
  }

  @Override
  public void propose(int thread, int target, int nid, Completion done) {
    calls.propose(thread, target, nid, done);
  }

  @Override
  public void mmap(
      int thread,
      long start,
      long pages,
      RegionKind kind,
      int protection,
      int object,
      Completion done) {
    calls.vma(thread, VmaCall.mmap(start, pages, kind, protection, object), done);
  }

  @Override
  public void munmap(int thread, long start, long pages, Completion done) {
    calls.vma(thread, VmaCall.munmap(start, pages), done);
  }

  @Override
  public void mprotect(int thread, long start, long pages, int protection, Completion done) {
    calls.vma(thread, VmaCall.mprotect(start, pages, protection), done);
  }

  @Override
  public void mremap(
      int thread, long start, long oldPages, long newStart, long newPages, Completion done) {
    calls.vma(thread, VmaCall.mremap(start, oldPages, newStart, newPages), done);
  }

  @Override
  public void brk(int thread, long start, long pages, Completion done) {
    calls.vma(thread, VmaCall.brk(start, pages), done);
  }

  @Override
  public void madvise(int thread, long start, long pages, Advice advice, Completion done) {
    calls.vma(thread, VmaCall.madvise(start, pages, advice), done);
  }

  @Override
  public void futexWait(
      int thread, long page, long address, FutexWord word, long timeoutNanos, Completion done) {
    calls.futex(
        thread,
        Task.FUTEX_WAIT,
        FutexCall.wait(page, address, word, timeoutNanos, NO_TIMEOUT),
        done);
  }

  @Override
  public void futexWaitUntil(
      int thread,
      long page,
      long address,
      FutexWord word,
      long timeoutNanos,
      long clockNanos,
      Completion done) {
    calls.futex(
        thread,
        Task.FUTEX_WAIT,
        FutexCall.wait(page, address, word, timeoutNanos, clockNanos),
        done);
  }

  @Override
  public void futexWake(int thread, long page, long address, int count, Completion done) {
    calls.futex(thread, "futex wake", FutexCall.wake(page, address, count), done);
  }

  @Override
  public void futexWakeSleeper(int thread, long page, long address, int sleeper, Completion done) {
    calls.futex(thread, "futex wake", FutexCall.wakeSleeper(page, address, sleeper), done);
  }

  @Override
  public boolean endFutexWait(int thread) {
    return futexServer.end(thread);
  }

  @Override
  public void clone(int thread, int child, long tidPage, long tidAddress, Completion done) {
    calls.clone(thread, child, tidPage, tidAddress, done);
  }

  @Override
  public void exit(int thread, Completion done) {
    calls.exit(thread, done);
  }

  @Override
  public void exitGroup(int thread, Completion done) {
    calls.exitGroup(thread, done);
  }

  @Override
  public void readCpuinfo(int node, Completion done) {
    askOthers(node, MessageType.REMOTE_PROC_CPUINFO_REQUEST, done);
  }

  @Override
  public void readMeminfo(int node, Completion done) {
    askOthers(node, MessageType.REMOTE_PROC_MEMINFO_REQUEST, done);
  }

  private void askOthers(int node, MessageType type, Completion done) {
    int[] others = IntStream.range(0, nodes()).filter(n -> n != node).toArray();
    new NodeQueryCall(this, node, type, others, done).askNext();
  }

  @Override
  public void readProcesses(int node, Completion done) {
    int[] peers =
        node == ORIGIN
            ? tasks.all().stream().filter(Task::isAway).mapToInt(task -> task.node).toArray()
            : new int[0];
    new NodeQueryCall(this, node, MessageType.REMOTE_PROC_PS_REQUEST, peers, done).askNext();
  }

  // ---- Popcorn: what one can ask.

  @Override
  public int nodes() {
    return contexts.length;
  }

  @Override
  public int pageIndex(long page) {
    return index.of(page);
  }

  @Override
  public boolean mayAccess(int node, int pageIndex, boolean write) {
    return contexts[node].pages.allows(pageIndex, write);
  }

  @Override
  public long rightsVersion(int node) {
    return contexts[node].pages.rightsVersion();
  }

  @Override
  public PteState pteState(long page, int node) {
    return PteState.of(contexts[node].pages.entry(index.of(page)));
  }

  @Override
  public int[] owners(long page) {
    return state.owners(page);
  }

  @Override
  public boolean isCowed(long page) {
    return origin().pages.has(index.of(page), PageTable.COWED);
  }

  @Override
  public boolean seesLatest(long page) {
    return state.seesLatest(page);
  }

  @Override
  public int nodeOf(int thread) {
    return tasks.get(thread).node;
  }

  @Override
  public boolean mayBegin(int thread) {
    Task task = tasks.get(thread);
    return task.node >= 0 && !task.exiting && !task.isBusy();
  }

  @Override
  public boolean isEnding(int thread) {
    Task task = tasks.get(thread);
    return task.node < 0 || task.exiting || task.ended;
  }

  @Override
  public boolean hasEnded(int thread) {
    return tasks.get(thread).ended;
  }

  @Override
  public int backoffWeight(int thread) {
    return tasks.get(thread).backoffWeight;
  }

  @Override
  public PopcornStat stat(int node) {
    return stats[node];
  }

  @Override
  public List<Vma> vmas(int node) {
    return contexts[node].vmas.areas();
  }

  @Override
  public boolean isMapped(long page, int node) {
    return contexts[node].vmas.covering(page) != null;
  }

  @Override
  public boolean hasWorker(int node) {
    return processServer.isHost(node);
  }

  @Override
  public String failure() {
    return failures.first();
  }

  @Override
  public List<String> waits() {
    return state.waits();
  }

  @Override
  public List<String> leftovers() {
    return state.leftovers();
  }

  @Override
  public int futexSleepers(int node) {
    return state.futexSleepers(node);
  }

  @Override
  public int knownPages() {
    return index.knownPages();
  }

  @Override
  public long knownPage(int place) {
    return index.page(index.known(place));
  }

  @Override
  public boolean obeysInvariants(long page) {
    return versions.obeysInvariants(index.of(page));
  }

  @Override
  public boolean isBeingHandled(long page) {
    return state.isBeingHandled(page);
  }

  @Override
  public boolean holds(long page, int node) {
    return state.holds(page, node);
  }

  @Override
  public boolean isCoherent(long page, int node) {
    int pageIndex = index.of(page);
    return node == ORIGIN || contexts[node].pages.has(pageIndex, PageTable.OWN);
  }

  @Override
  public void digest(Digest digest) {
    state.digest(digest);
  }
}
