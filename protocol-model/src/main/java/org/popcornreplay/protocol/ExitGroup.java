package org.popcornreplay.protocol;

import java.util.ArrayList;
import java.util.List;

/** do_group_exit: one thread ends all threads of its node, at the origin all of the process. */
final class ExitGroup {
  private final PopcornCluster cluster;

  /** The thread at the origin whose exit-group waits for others; null without one. */
  private Task caller;

  ExitGroup(PopcornCluster cluster) {
    this.cluster = cluster;
  }

  /** A thread calls exit_group. */
  void begin(Task by) {
    int node = by.node;
    boolean atOrigin = node == Popcorn.ORIGIN;
    if (atOrigin) {
      caller = by;
    }
    List<Task> ending = new ArrayList<>();
    for (Task task : cluster.tasks.all()) {
      boolean reached = atOrigin ? !task.ended : task.node == node;
      if (task != by && reached && !task.exiting) {
        task.killed = true;
        task.killedAtOrigin = atOrigin;
        ending.add(task);
      }
    }
    if (atOrigin && cluster.options.cleanExit) {
      for (Task task : ending) {
        if (task.isAway()) {
          task.exiting = true;
          cluster.tasks.ended(task);
        }
      }
    }
    new ExitCall(cluster, by).start();
    for (Task task : ending) {
      killNow(task, node);
    }
  }

  /** Ends a thread that a signal has hit, if it is where a signal reaches it. */
  private void killNow(Task task, int node) {
    if (node == Popcorn.ORIGIN && task.isAway()) {
      return;
    }
    cluster.futexServer.interrupt(task.id);
    if (!task.isBusy() && !task.exiting && task.node >= 0) {
      new ExitCall(cluster, task).start();
    }
  }

  /** A task of the origin has ended; the last one ends the call too. */
  void taskEnded(int live) {
    if (live == 0 && caller != null) {
      Task last = caller;
      caller = null;
      last.end(Outcome.OK);
    }
  }

  /** Whether the thread's operation is an exit-group that waits for others. */
  boolean isAwaitedBy(Task task) {
    return task == caller;
  }
}
