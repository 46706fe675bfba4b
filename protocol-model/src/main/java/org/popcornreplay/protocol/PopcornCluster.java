package org.popcornreplay.protocol;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.popcornreplay.protocol.VmaCall.Operation;

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

  private final int pageBytes;
  private final RemoteContext[] contexts;
  private final WaitStations[] stations;
  private final PopcornStat[] stats;
  private final PageIndex index = new PageIndex();
  private final List<Task> tasks = new ArrayList<>();
  private final Int2ObjectOpenHashMap<Task> tasksById = new Int2ObjectOpenHashMap<>();

  /** Nodes whose {@code remote_tgids} entry is set; never cleared. */
  private final BitSet hosts = new BitSet();

  /** The number of the newest write to each page. */
  private int[] newest = new int[PageIndex.CHUNK_PAGES];

  /** Pages that an operation has taken out of the protocol's invariants, by index. */
  private final BitSet irregular = new BitSet();

  private boolean distributed;
  private int live;
  private Task groupExit;
  private String failure;

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
      bug(waiter, "K14", "node " + waiter.node + " has no free wait station");
    }
    return station;
  }

  int pageBytes() {
    return pageBytes;
  }

  long page(int pageIndex) {
    return index.page(pageIndex);
  }

  boolean isDistributed() {
    return distributed;
  }

  void distribute() {
    distributed = true;
  }

  void addHost(int node) {
    hosts.set(node);
  }

  /**
   * The first node from {@code from} on that has hosted the process, the origin not; -1 if none.
   */
  int nextHost(int from) {
    return hosts.nextSetBit(from);
  }

  Task task(int thread) {
    Task task = tasksById.get(thread);
    if (task == null) {
      throw new IllegalArgumentException("thread: id=" + thread + ", expected a created one");
    }
    return task;
  }

  boolean originTaskExists(int thread) {
    Task task = tasksById.get(thread);
    return task != null && !task.ended;
  }

  List<Task> tasks() {
    return tasks;
  }

  int liveTasks() {
    return live;
  }

  void setEntry(RemoteContext context, int pageIndex, byte entry) {
    boolean lost = context.pages.set(pageIndex, entry);
    long page = index.page(pageIndex);
    if (lost) {
      observer.rightLost(context.node, page);
    }
    observer.pageChanged(context.node, page);
  }

  int latest(int pageIndex) {
    return pageIndex < newest.length ? newest[pageIndex] : 0;
  }

  /** A write has happened; its number. */
  int written(int pageIndex) {
    if (pageIndex >= newest.length) {
      newest = Arrays.copyOf(newest, Math.max(pageIndex + 1, newest.length * 2));
    }
    return ++newest[pageIndex];
  }

  /** The pages of a range obey the protocol's invariants no longer (popcorn-protocol §4.6). */
  void markIrregular(long start, long end) {
    for (int place = 0; place < index.knownPages(); place++) {
      long page = index.page(index.known(place));
      if (start <= page && page < end) {
        irregular.set(index.known(place));
      }
    }
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

  // ---- How operations end, also badly.

  void endOperation(Task task, int result) {
    task.end(result);
    if (task.killed && !task.exiting && !task.isBusy() && task.node >= 0) {
      new ExitCall(this, task).start();
    }
  }

  /** The kernel stops in a BUG: the context never goes on, nor does the thread's operation. */
  void bug(Activity activity, String code, String state) {
    activity.sleep(activity.at, "nothing: kernel BUG");
    failed(activity.node, activity.thread, code, Outcome.BUG, state);
    endFatally(activity.thread, Outcome.BUG);
  }

  /** The context waits for ever, and so does the thread's operation. */
  void hang(Activity activity, String code, String state) {
    activity.waitsFor = "nothing that ever comes";
    failed(activity.node, activity.thread, code, Outcome.HANG, state);
    endFatally(activity.thread, Outcome.HANG);
  }

  private void endFatally(int thread, int result) {
    Task task = tasksById.get(thread);
    if (task != null) {
      task.end(result);
    }
  }

  /** Says what went wrong; the operation's end is the caller's matter. */
  void failed(int node, int thread, String code, int result, String state) {
    if (failure == null && result != Outcome.OK) {
      failure = (code.isEmpty() ? "" : code + ": ") + state;
    }
    observer.kernelFails(node, thread, code, result, state);
  }

  void taskEnded(Task task) {
    task.ended = true;
    if (!task.isAway()) {
      task.node = -1;
    }
    live--;
    if (live == 0 && groupExit != null) {
      Task caller = groupExit;
      groupExit = null;
      caller.end(Outcome.OK);
    }
  }

  /** Whether the thread's operation is an exit-group that waits for others. */
  boolean awaitsGroup(Task task) {
    return task == groupExit;
  }

  // ---- Popcorn: before the run.

  @Override
  public void deliver(Message message) {
    messages.process(message);
  }

  @Override
  public void createRegion(long start, long pages, RegionKind kind, int protection, int object) {
    if (pages < 1 || start > Long.MAX_VALUE - pages) {
      throw new IllegalArgumentException("region: pages=" + pages + ", expected 1 or more");
    }
    origin().vmas.map(new Vma(start, start + pages, kind, protection, object));
  }

  @Override
  public void createThread(int thread, long tidPage, long tidAddress) {
    if (thread < 0 || tasksById.containsKey(thread)) {
      throw new IllegalArgumentException("thread: id=" + thread + ", expected a new one from 0 on");
    }
    Task task = new Task(this, thread, tidPage, tidAddress);
    tasks.add(task);
    tasksById.put(thread, task);
    live++;
  }

  private void givenHost(int node) {
    if (node == ORIGIN) {
      return;
    }
    distributed = true;
    hosts.set(node);
    if (!contexts[node].worker.isCreated()) {
      contexts[node].worker.given();
    }
  }

  @Override
  public void setRobustList(int thread, long page) {
    task(thread).robustListPage = page;
  }

  @Override
  public void givenThreadAt(int thread, int node) {
    givenHost(node);
    task(thread).node = node;
  }

  @Override
  public void givenWarm(long page, int node) {
    givenHost(node);
    Vma area = origin().vmas.covering(page);
    if (area == null) {
      throw new IllegalArgumentException("page: number=" + page + ", expected a mapped one");
    }
    if (node != ORIGIN) {
      contexts[node].vmas.mapDifference(area);
    }
  }

  @Override
  public void givenOwners(long page, int... nodes) {
    int pageIndex = index.of(page);
    boolean shared = nodes.length > 1;
    boolean distributes = shared || nodes[0] != ORIGIN;
    for (int node : nodes) {
      givenWarm(page, node);
    }
    Vma area = origin().vmas.covering(page);
    if (area == null) {
      throw new IllegalArgumentException("page: number=" + page + ", expected a mapped one");
    }
    byte right = shared || !area.isWritable() ? PageTable.READ : PageTable.WRITE;
    PageTable home = origin().pages;
    home.set(pageIndex, PageTable.INVALID);
    home.raise(pageIndex, PageTable.DIRTY);
    for (int node : nodes) {
      contexts[node].pages.set(pageIndex, right);
      if (distributes && node != ORIGIN) {
        contexts[node].pages.raise(pageIndex, (byte) (PageTable.DISTRIBUTED | PageTable.OWN));
      }
      if (distributes) {
        directory.add(pageIndex, node);
      }
    }
    if (distributes) {
      home.raise(pageIndex, PageTable.DISTRIBUTED);
    }
  }

  @Override
  public void boot() {
    for (int node = 0; node < contexts.length; node++) {
      new NodeInfoBroadcast(this, node).run();
    }
  }

  // ---- Popcorn: what threads do.

  /** Lets a thread begin an operation; null where it cannot. */
  private Task begin(int thread, String operation, Completion done) {
    Task task = task(thread);
    if (task.node < 0 || task.exiting) {
      throw new IllegalStateException("thread: id=" + thread + ", expected one that has not ended");
    }
    if (task.killed) {
      done.ended(thread, Outcome.EINTR);
      if (!task.exiting && !task.isBusy()) {
        new ExitCall(this, task).start();
      }
      return null;
    }
    task.begin(operation, done);
    return task;
  }

  @Override
  public void access(int thread, long page, boolean write, AccessMode mode, Completion done) {
    Task task = begin(thread, write ? "write" : "read", done);
    if (task != null) {
      task.fault.access(task.node, page, write, mode, (id, result) -> endOperation(task, result));
    }
  }

  @Override
  public void migrate(int thread, int nid, Completion done) {
    Task task = begin(thread, "migrate", done);
    if (task == null) {
      return;
    }
    int target = nid == -1 ? task.migrationTarget : nid;
    int refused = processServer.checkMigration(task, target);
    if (refused != Outcome.OK) {
      endOperation(task, refused);
    } else {
      new MigrationCall(this, task, target).start();
    }
  }

  @Override
  public void propose(int thread, int target, int nid, Completion done) {
    Task task = begin(thread, "propose", done);
    if (task == null) {
      return;
    }
    int limit = Math.max(MAX_POPCORN_NODES, nodes());
    Task other = tasksById.get(target);
    if (nid < -1 || nid >= limit) {
      endOperation(task, Outcome.EINVAL);
    } else if (other == null || other.ended || other.node != task.node) {
      endOperation(task, Outcome.ENOENT);
    } else {
      other.migrationTarget = nid;
      endOperation(task, Outcome.OK);
    }
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
    call(thread, VmaCall.mmap(start, pages, kind, protection, object), done);
  }

  @Override
  public void munmap(int thread, long start, long pages, Completion done) {
    call(thread, VmaCall.munmap(start, pages), done);
  }

  @Override
  public void mprotect(int thread, long start, long pages, int protection, Completion done) {
    call(thread, VmaCall.mprotect(start, pages, protection), done);
  }

  @Override
  public void mremap(
      int thread, long start, long oldPages, long newStart, long newPages, Completion done) {
    call(thread, VmaCall.mremap(start, oldPages, newStart, newPages), done);
  }

  @Override
  public void brk(int thread, long start, long pages, Completion done) {
    call(thread, VmaCall.brk(start, pages), done);
  }

  @Override
  public void madvise(int thread, long start, long pages, Advice advice, Completion done) {
    call(thread, VmaCall.madvise(start, pages, advice), done);
  }

  private void call(int thread, VmaCall call, Completion done) {
    boolean mayBeEmpty = call.operation() == Operation.BRK;
    if (call.start() < 0
        || call.pages() < (mayBeEmpty ? 0 : 1)
        || call.newPages() < 0
        || call.start() > Long.MAX_VALUE - call.pages()
        || call.newStart() > Long.MAX_VALUE - call.newPages()) {
      throw new IllegalArgumentException(
          call.operation().label() + ": pages=" + call.pages() + ", expected a range of pages");
    }
    Task task = begin(thread, call.operation().label(), done);
    if (task != null) {
      new VmaSyscall(this, task, call).start();
    }
  }

  @Override
  public void futexWait(
      int thread, long page, long address, FutexWord word, long timeoutNanos, Completion done) {
    futex(
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
    futex(
        thread,
        Task.FUTEX_WAIT,
        FutexCall.wait(page, address, word, timeoutNanos, clockNanos),
        done);
  }

  @Override
  public void futexWake(int thread, long page, long address, int count, Completion done) {
    futex(thread, "futex wake", FutexCall.wake(page, address, count), done);
  }

  private void futex(int thread, String operation, FutexCall call, Completion done) {
    Task task = begin(thread, operation, done);
    if (task == null) {
      return;
    }
    if (task.isAway()) {
      new FutexAtRemote(this, task, call).start();
    } else {
      new FutexAtOrigin(this, task, call).start();
    }
  }

  @Override
  public void clone(int thread, int child, long tidPage, long tidAddress, Completion done) {
    Task task = begin(thread, "clone", done);
    if (task == null) {
      return;
    }
    if (task.isAway()) {
      failed(task.node, thread, "", Outcome.BUG, "clone at remote node " + task.node);
      endOperation(task, Outcome.BUG);
    } else {
      createThread(child, tidPage, tidAddress);
      endOperation(task, Outcome.OK);
    }
  }

  @Override
  public void exit(int thread, Completion done) {
    Task task = begin(thread, "exit", done);
    if (task != null) {
      new ExitCall(this, task).start();
    }
  }

  @Override
  public void exitGroup(int thread, Completion done) {
    Task caller = begin(thread, "exit-group", done);
    if (caller == null) {
      return;
    }
    int node = caller.node;
    if (node == ORIGIN) {
      groupExit = caller;
    }
    List<Task> ending = new ArrayList<>();
    for (Task task : tasks) {
      boolean reached = node == ORIGIN ? !task.ended : task.node == node;
      if (task != caller && reached && !task.exiting) {
        task.killed = true;
        task.killedAtOrigin = node == ORIGIN;
        ending.add(task);
      }
    }
    if (node == ORIGIN && options.cleanExit) {
      for (Task task : ending) {
        if (task.isAway()) {
          task.exiting = true;
          taskEnded(task);
        }
      }
    }
    new ExitCall(this, caller).start();
    for (Task task : ending) {
      killNow(task, node);
    }
  }

  /** Ends a thread that a signal has hit, if it is where a signal reaches it. */
  private void killNow(Task task, int node) {
    if (node == ORIGIN && task.isAway()) {
      return;
    }
    futexServer.interrupt(task.id);
    if (!task.isBusy() && !task.exiting && task.node >= 0) {
      new ExitCall(this, task).start();
    }
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
            ? tasks.stream().filter(Task::isAway).mapToInt(task -> task.node).toArray()
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
    int pageIndex = index.of(page);
    if (pageServer.isDistributed(pageIndex)) {
      return directory.owners(pageIndex);
    }
    return origin().pages.entry(pageIndex) == PageTable.NONE ? new int[0] : new int[] {ORIGIN};
  }

  @Override
  public boolean isCowed(long page) {
    return origin().pages.has(index.of(page), PageTable.COWED);
  }

  @Override
  public boolean seesLatest(long page) {
    int pageIndex = index.of(page);
    for (RemoteContext context : contexts) {
      if (context.pages.allows(pageIndex, false)
          && context.pages.contents(pageIndex) != latest(pageIndex)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int nodeOf(int thread) {
    return task(thread).node;
  }

  @Override
  public boolean mayBegin(int thread) {
    Task task = task(thread);
    return task.node >= 0 && !task.exiting && !task.isBusy();
  }

  @Override
  public boolean hasEnded(int thread) {
    return task(thread).ended;
  }

  @Override
  public int backoffWeight(int thread) {
    return task(thread).backoffWeight;
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
    return hosts.get(node);
  }

  @Override
  public String failure() {
    return failure;
  }

  @Override
  public List<String> waits() {
    List<String> waits = new ArrayList<>();
    for (Task task : tasks) {
      if (task.isBusy()) {
        String at = task.node < 0 ? "" : " at node " + task.node;
        waits.add("thread " + task.id + at + " is in " + task.operation());
      }
    }
    waits.addAll(leftovers());
    return Collections.unmodifiableList(waits);
  }

  @Override
  public List<String> leftovers() {
    List<String> left = new ArrayList<>();
    for (RemoteContext context : contexts) {
      for (FaultHandle handle : context.faults.values()) {
        left.add("node " + context.node + " holds the " + handle);
      }
      if (!context.mmapSem.isFree()) {
        left.add("node " + context.node + " has " + context.mmapSem);
      }
      for (VmaFetch fetch : context.fetches) {
        left.add("node " + context.node + " fetches the VMA of page " + fetch.page());
      }
      if (!context.worker.isIdle()) {
        left.add("node " + context.node + " has a busy worker");
      }
      int waiting = stations[context.node].used() - futexSleepers(context.node);
      if (waiting != 0) {
        left.add("node " + context.node + " waits at " + waiting + " stations");
      }
    }
    for (Task task : tasks) {
      if (!task.originPeer.isIdle() && !(task.isAway() && task.sleepsInFutex())) {
        left.add("the origin peer of thread " + task.id + " is busy");
      }
    }
    return left;
  }

  @Override
  public int futexSleepers(int node) {
    int sleepers = 0;
    for (Task task : tasks) {
      sleepers += node != ORIGIN && task.node == node && task.sleepsInFutex() ? 1 : 0;
    }
    return sleepers;
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
    return !irregular.get(index.of(page));
  }

  @Override
  public boolean isBeingHandled(long page) {
    int pageIndex = index.of(page);
    for (RemoteContext context : contexts) {
      if (context.faults.containsKey(pageIndex)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean holds(long page, int node) {
    int pageIndex = index.of(page);
    PageTable pages = contexts[node].pages;
    return pages.entry(pageIndex) > PageTable.INVALID || pages.has(pageIndex, PageTable.NO_RIGHTS);
  }

  @Override
  public boolean isCoherent(long page, int node) {
    int pageIndex = index.of(page);
    return node == ORIGIN || contexts[node].pages.has(pageIndex, PageTable.OWN);
  }

  @Override
  public void digest(Digest digest) {
    digest.add(distributed).add(live).add(failure == null);
    for (int place = 0; place < index.knownPages(); place++) {
      digestPage(digest, index.known(place));
    }
    Renaming names = digest.names();
    for (int name = 0; name < nodes(); name++) {
      int node = names.oldNode(name);
      contexts[node].digest(digest);
      stations[node].digest(digest);
      digest.add(hosts.get(node));
    }
    for (int name = 0; name < tasks.size(); name++) {
      task(names.oldThread(name)).digest(digest);
    }
    futexServer.digest(digest);
  }

  private void digestPage(Digest digest, int pageIndex) {
    digest.add(pageIndex).add(irregular.get(pageIndex)).add(latest(pageIndex));
    for (int name = 0; name < nodes(); name++) {
      int node = digest.names().oldNode(name);
      PageTable pages = contexts[node].pages;
      byte entry = pages.entry(pageIndex);
      byte flags = pages.flags(pageIndex);
      if (entry != PageTable.NONE || flags != 0) {
        digest.add(name).add(entry).add(flags).add(pages.contents(pageIndex));
      }
      if (directory.contains(pageIndex, node)) {
        digest.add(-1 - name);
      }
    }
  }
}
