package org.popcornreplay.protocol;

import org.popcornreplay.protocol.VmaCall.Operation;

/** What threads ask of the kernel, by accesses and system calls: how each begins and ends. */
final class SystemCalls {
  private final PopcornCluster cluster;

  SystemCalls(PopcornCluster cluster) {
    this.cluster = cluster;
  }

  /** Lets a thread begin an operation; null where it cannot. */
  private Task begin(int thread, String operation, Completion done) {
    Task task = cluster.tasks.get(thread);
    if (task.node < 0 || task.exiting) {
      throw new IllegalStateException("thread: id=" + thread + ", expected one that has not ended");
    }
    if (task.killed) {
      done.ended(thread, Outcome.EINTR);
      if (!task.exiting && !task.isBusy()) {
        new ExitCall(cluster, task).start();
      }
      return null;
    }
    task.begin(operation, done);
    return task;
  }

  void access(int thread, long page, boolean write, AccessMode mode, Completion done) {
    Task task = begin(thread, write ? "write" : "read", done);
    if (task != null) {
      task.fault.access(task.node, page, write, mode, task.faultEnded);
    }
  }

  void migrate(int thread, int nid, Completion done) {
    Task task = begin(thread, "migrate", done);
    if (task == null) {
      return;
    }
    int target = nid == -1 ? task.migrationTarget : nid;
    int refused = cluster.processServer.checkMigration(task, target);
    if (refused != Outcome.OK) {
      end(task, refused);
    } else {
      new MigrationCall(cluster, task, target).start();
    }
  }

  void propose(int thread, int target, int nid, Completion done) {
    Task task = begin(thread, "propose", done);
    if (task == null) {
      return;
    }
    int limit = Math.max(PopcornCluster.MAX_POPCORN_NODES, cluster.nodes());
    Task other = cluster.tasks.find(target);
    if (nid < -1 || nid >= limit) {
      end(task, Outcome.EINVAL);
    } else if (other == null || other.ended || other.node != task.node) {
      end(task, Outcome.ENOENT);
    } else {
      other.migrationTarget = nid;
      end(task, Outcome.OK);
    }
  }

  void vma(int thread, VmaCall call, Completion done) {
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
      new VmaSyscall(cluster, task, call).start();
    }
  }

  void futex(int thread, String operation, FutexCall call, Completion done) {
    Task task = begin(thread, operation, done);
    if (task == null) {
      return;
    }
    if (task.isAway()) {
      new FutexAtRemote(cluster, task, call).start();
    } else {
      new FutexAtOrigin(cluster, task, call).start();
    }
  }

  void clone(int thread, int child, long tidPage, long tidAddress, Completion done) {
    Task task = begin(thread, "clone", done);
    if (task == null) {
      return;
    }
    if (task.isAway()) {
      cluster.failures.failed(
          task.node, thread, "", Outcome.BUG, "clone at remote node " + task.node);
      end(task, Outcome.BUG);
    } else {
      cluster.tasks.create(child, tidPage, tidAddress);
      end(task, Outcome.OK);
    }
  }

  void exit(int thread, Completion done) {
    Task task = begin(thread, "exit", done);
    if (task != null) {
      new ExitCall(cluster, task).start();
    }
  }

  void exitGroup(int thread, Completion done) {
    Task task = begin(thread, "exit-group", done);
    if (task != null) {
      cluster.exitGroup.begin(task);
    }
  }

  /** An operation has ended; a thread that was told to die meanwhile dies now. */
  void end(Task task, int result) {
    task.end(result);
    if (task.killed && !task.exiting && !task.isBusy() && task.node >= 0) {
      new ExitCall(cluster, task).start();
    }
  }
}
