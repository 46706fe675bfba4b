package org.popcornreplay.protocol;

/** A context that carries a VMA operation out on its node and can tell the other nodes. */
abstract class VmaActivity extends Activity {
  /** How an operation takes mmap_sem. */
  enum Locking {
    READ,
    WRITE,
    WRITE_SPIN,
    /** Like WRITE_SPIN, and maps only what is missing. */
    DIFFERENCE
  }

  private static final int EXECUTE_LOCK = 100;
  private static final int EXECUTE_LOCKED = 101;
  private static final int EXECUTE = 102;
  private static final int BROADCAST_SENT = 103;
  private static final int BROADCAST_ANSWERED = 104;

  final VmaCall call;

  /** The result of the last local execution. */
  int executed;

  private Locking locking = Locking.WRITE;
  private int next;
  private int except;
  private int target;
  private WaitStation station;

  VmaActivity(PopcornCluster cluster, World.Runner runner, int node, int thread, VmaCall call) {
    super(cluster, runner, node, thread);
    this.call = call;
  }

  /** How the operation takes mmap_sem on a node of this process (popcorn-protocol §1.6). */
  final Locking usualLocking() {
    return switch (call.operation()) {
      case MUNMAP -> cluster.isDistributed() ? Locking.WRITE_SPIN : Locking.WRITE;
      case MADVISE -> call.advice() == Advice.RELEASE ? Locking.WRITE : Locking.READ;
      default -> Locking.WRITE;
    };
  }

  /** Carries the operation out on this node, then goes on at {@code then}. */
  final void execute(Locking how, int then) {
    locking = how;
    next = then;
    lock();
  }

  /**
   * Tells every other node that ever hosted the process, one after the other, each time waiting for
   * the reply ({@code vma_server_munmap_origin}), then goes on at {@code then}.
   */
  final void broadcast(int exceptNode, int then) {
    except = exceptNode;
    next = then;
    target = Popcorn.ORIGIN;
    station = null;
    tellNext();
  }

  @Override
  final void resume() {
    switch (at) {
      case EXECUTE_LOCK -> lock();
      case EXECUTE_LOCKED -> spend(Cost.VMA_OP, EXECUTE);
      case EXECUTE -> executeNow();
      case BROADCAST_SENT -> awaitReply();
      case BROADCAST_ANSWERED -> tellNext();
      default -> resumeAt();
    }
  }

  /** Goes on at a step of the subclass. */
  abstract void resumeAt();

  private void lock() {
    MmapSem sem = here().mmapSem;
    boolean held =
        switch (locking) {
          case READ -> sem.downRead(this);
          case WRITE -> sem.downWrite(this);
          case WRITE_SPIN, DIFFERENCE -> cluster.vmaServer.downWriteSpin(here(), this);
        };
    if (held) {
      spend(Cost.VMA_OP, EXECUTE);
    } else {
      boolean tries = locking == Locking.WRITE_SPIN || locking == Locking.DIFFERENCE;
      sleep(tries ? EXECUTE_LOCK : EXECUTE_LOCKED);
    }
  }

  private void executeNow() {
    if (locking == Locking.DIFFERENCE) {
      cluster.vmaServer.mapDifference(here(), call);
      executed = Outcome.OK;
    } else {
      executed = executeLocked();
    }
    if (locking == Locking.READ) {
      here().mmapSem.upRead();
    } else {
      here().mmapSem.upWrite();
    }
    goOn();
  }

  /** What is done under the lock. */
  int executeLocked() {
    return cluster.vmaServer.execute(here(), call);
  }

  private void goOn() {
    at = next;
    resumeAt();
  }

  private void tellNext() {
    if (station != null && node == Popcorn.ORIGIN) {
      cluster.messages.leakReceiveCredit(target);
    }
    station = null;
    target = cluster.processServer.nextHost(target + 1);
    if (target == except) {
      target = cluster.processServer.nextHost(target + 1);
    }
    if (target < 0) {
      goOn();
      return;
    }
    station = cluster.station(this, 1);
    if (station != null) {
      cluster.messages.send(
          operation(MessageType.VMA_OP_REQUEST, target, station.id(), Outcome.OK),
          this,
          BROADCAST_SENT);
    }
  }

  private void awaitReply() {
    if (station.mustSleep()) {
      sleep(BROADCAST_ANSWERED);
    } else {
      tellNext();
    }
  }

  final VmaOperation operation(MessageType type, int to, int stationId, int result) {
    return new VmaOperation(
        type, node, to, type.wireBytes(), thread, call.start(), stationId, call, result);
  }

  @Override
  void digestLocals(Digest digest) {
    call.digest(digest);
    digest.add(executed).add(next).addNode(target).add(station == null);
  }
}
