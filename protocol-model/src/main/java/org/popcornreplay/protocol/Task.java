package org.popcornreplay.protocol;

/** A thread of the process: its task at the origin and, while it is away, its remote task. */
final class Task {
  static final String FUTEX_WAIT = "futex wait";

  final int id;
  final long tidPage;
  final long tidAddress;

  /** The page of the head of its list of robust mutexes (set_robust_list). */
  long robustListPage = Popcorn.NO_PAGE;

  /** Where it runs; -1 once it has ended there. */
  int node = Popcorn.ORIGIN;

  int backoffWeight;
  int migrationTarget = -1;

  /** The number of the write that the thread's last read returned. */
  int lastRead;

  /** The task at the origin has ended. */
  boolean ended;

  /** A signal ends it as soon as it can. */
  boolean killed;

  /** That signal came to the task at the origin, of which a remote task does not hear. */
  boolean killedAtOrigin;

  boolean exiting;
  final OriginPeer originPeer;
  final PageFault fault;

  /** The end of {@link #fault}, made once as every fault has one. */
  final Completion faultEnded;

  private Completion completion;
  private String operation;

  Task(PopcornCluster cluster, int id, long tidPage, long tidAddress) {
    this.id = id;
    this.tidPage = tidPage;
    this.tidAddress = tidAddress;
    this.originPeer = new OriginPeer(cluster, this);
    this.fault = new PageFault(cluster, this);
    this.faultEnded = (thread, result) -> cluster.calls.end(this, result);
  }

  boolean isAway() {
    return node > Popcorn.ORIGIN;
  }

  boolean isBusy() {
    return completion != null;
  }

  /** Whether it is in a futex wait, which may last for ever. */
  boolean sleepsInFutex() {
    return FUTEX_WAIT.equals(operation);
  }

  /** What it is doing; null if nothing. */
  String operation() {
    return operation;
  }

  void begin(String name, Completion done) {
    if (completion != null) {
      throw new IllegalStateException(
          "thread: id=" + id + ", expected no operation under way but " + operation);
    }
    operation = name;
    completion = done;
  }

  void end(int result) {
    Completion done = completion;
    if (done == null) {
      return;
    }
    completion = null;
    operation = null;
    done.ended(id, result);
  }

  void digest(Digest digest) {
    digest.addThread(id).addNode(node).add(ended).add(killed).add(exiting);
    digest.addNode(migrationTarget);
    digest.add(completion != null);
    originPeer.digestSlot(digest);
  }
}
