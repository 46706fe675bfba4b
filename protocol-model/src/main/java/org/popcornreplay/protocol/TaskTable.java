package org.popcornreplay.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The tasks of the process by their number, as the kernel finds them by pid. */
final class TaskTable {
  /** The largest number of a task and one more: they lie in an array. */
  private static final int MAX_TASKS = 1 << 20;

  private final PopcornCluster cluster;
  private final List<Task> tasks = new ArrayList<>();
  private Task[] byId = new Task[16];
  private int live;

  TaskTable(PopcornCluster cluster) {
    this.cluster = cluster;
  }

  /** A task begins to exist at the origin. */
  void create(int thread, long tidPage, long tidAddress) {
    if (thread < 0 || thread >= MAX_TASKS || find(thread) != null) {
      throw new IllegalArgumentException(
          "thread: id=" + thread + ", expected a new one from 0 to " + (MAX_TASKS - 1));
    }
    Task task = new Task(cluster, thread, tidPage, tidAddress);
    tasks.add(task);
    if (thread >= byId.length) {
      byId = Arrays.copyOf(byId, Math.max(thread + 1, 2 * byId.length));
    }
    byId[thread] = task;
    live++;
  }

  /** A task that was created. */
  Task get(int thread) {
    Task task = find(thread);
    if (task == null) {
      throw new IllegalArgumentException("thread: id=" + thread + ", expected a created one");
    }
    return task;
  }

  /** {@code find_task_by_vpid}: null where there is none, or it was never created. */
  Task find(int thread) {
    return thread >= 0 && thread < byId.length ? byId[thread] : null;
  }

  /** Whether the task at the origin is still there. */
  boolean exists(int thread) {
    Task task = find(thread);
    return task != null && !task.ended;
  }

  /** All that were ever created, in that order. */
  List<Task> all() {
    return tasks;
  }

  /** Tasks at the origin that have not ended ({@code mm_users} without those that serve). */
  int live() {
    return live;
  }

  /** The task at the origin has ended. */
  void ended(Task task) {
    task.ended = true;
    if (!task.isAway()) {
      task.node = -1;
    }
    live--;
    cluster.exitGroup.taskEnded(live);
  }
}
