package org.popcornreplay.protocol;

import org.popcornreplay.protocol.VmaCall.Operation;

/** A VMA system call of a thread, at the origin or delegated from a remote (§4.4, §4.5). */
final class VmaSyscall extends VmaActivity {
  private static final int LOCAL_DONE = 0;
  private static final int DELEGATE_SENT = 1;
  private static final int DELEGATE_ANSWERED = 2;
  private static final int FOLLOW_UP_DONE = 3;
  private static final int TOLD = 4;
  private static final int ENDED = 5;

  private final Task task;
  private WaitStation reply;
  private int result;

  VmaSyscall(PopcornCluster cluster, Task task, VmaCall call) {
    super(cluster, World.Runner.THREAD, task.node, task.id, call);
    this.task = task;
  }

  void start() {
    cluster.observer.vmaOperationBegins(
        thread, node, call.operation().label(), call.start(), call.pages());
    Operation operation = call.operation();
    if (!here().isRemote()) {
      if (operation == Operation.MUNMAP && cluster.isDistributed()) {
        broadcast(Popcorn.ORIGIN, TOLD);
      } else {
        execute(usualLocking(), LOCAL_DONE);
      }
    } else if (operation == Operation.BRK && cluster.options.brkHangs) {
      hangInBrk();
    } else if (operation == Operation.MMAP || operation == Operation.MPROTECT) {
      delegate();
    } else {
      execute(usualLocking(), LOCAL_DONE);
    }
  }

  /** mm/mmap.c:211: trylock-spin, then a blocking lock of the same semaphore. */
  private void hangInBrk() {
    if (here().mmapSem.downWriteTrylock(this)) {
      sleep(ENDED);
      cluster.failures.hang(this, "K6", "brk at node " + node + " takes mmap_sem twice");
    } else {
      execute(Locking.WRITE_SPIN, ENDED);
    }
  }

  @Override
  int executeLocked() {
    if (call.operation() == Operation.BRK && here().isRemote() && cluster.options.brkHangs) {
      return Outcome.HANG;
    }
    return super.executeLocked();
  }

  @Override
  void resumeAt() {
    switch (at) {
      case LOCAL_DONE -> localDone();
      case DELEGATE_SENT -> awaitReply();
      case DELEGATE_ANSWERED -> answered();
      case FOLLOW_UP_DONE -> end(result);
      case TOLD -> {
        if (call.operation() == Operation.MUNMAP) {
          execute(usualLocking(), FOLLOW_UP_DONE);
        } else {
          end(result);
        }
      }
      case ENDED -> hangInBrk();
      default -> throw new IllegalStateException("vma call: at=" + at + ", expected a step");
    }
  }

  private void localDone() {
    result = executed;
    Operation operation = call.operation();
    if (!here().isRemote()) {
      boolean tells =
          cluster.options.vmaBroadcast
              && operation != Operation.MMAP
              && cluster.isDistributed()
              && result == Outcome.OK;
      if (tells) {
        broadcast(Popcorn.ORIGIN, TOLD);
      } else {
        end(result);
      }
      return;
    }
    boolean staysLocal = operation == Operation.MREMAP && !cluster.options.vmaBroadcast;
    boolean wrong = operation == Operation.MADVISE && result == Outcome.EINVAL;
    if (staysLocal || wrong) {
      end(result);
    } else {
      delegate();
    }
  }

  /** {@code __delegate_vma_op}. */
  private void delegate() {
    reply = cluster.station(this, 1);
    if (reply != null) {
      cluster.messages.send(
          operation(MessageType.VMA_OP_REQUEST, Popcorn.ORIGIN, reply.id(), Outcome.OK),
          this,
          DELEGATE_SENT);
    }
  }

  private void awaitReply() {
    if (reply.mustSleep()) {
      sleep(DELEGATE_ANSWERED);
    } else {
      answered();
    }
  }

  private void answered() {
    result = ((VmaOperation) reply.reply()).result;
    Operation operation = call.operation();
    if (result == Outcome.OK && operation == Operation.MMAP) {
      execute(Locking.DIFFERENCE, FOLLOW_UP_DONE);
    } else if (result == Outcome.OK && operation == Operation.MPROTECT) {
      execute(usualLocking(), FOLLOW_UP_DONE);
    } else {
      end(result);
    }
  }

  private void end(int outcome) {
    at = IDLE;
    cluster.observer.vmaOperationEnds(
        thread, node, call.operation().label(), call.start(), call.pages(), outcome);
    cluster.calls.end(task, outcome);
  }

  @Override
  void digestLocals(Digest digest) {
    super.digestLocals(digest);
    digest.add(result).add(reply == null);
  }
}
