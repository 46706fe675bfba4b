package org.popcornreplay.protocol;

import java.util.ArrayDeque;

/**
 * The worker thread of the process on a remote node: creates migrated-in tasks, carries the
 * origin's VMA operations out and ends the process, one work at a time, the latest first ({@code
 * remote_worker_main}).
 */
final class RemoteWorker extends Activity {
  private static final int STARTED = 0;
  private static final int LOOP = 1;
  private static final int TASK_CREATED = 2;

  private final ArrayDeque<Message> works = new ArrayDeque<>();
  private Message current;
  private boolean created;
  private boolean looping;
  private boolean busy;
  private boolean stopped;

  RemoteWorker(PopcornCluster cluster, int node) {
    super(cluster, World.Runner.REMOTE_WORKER, node, Message.NO_THREAD);
  }

  /** Whether the process exists on this node. */
  boolean isRunning() {
    return created && !stopped;
  }

  boolean isCreated() {
    return created;
  }

  boolean isIdle() {
    return works.isEmpty() && !busy;
  }

  /** {@code kthread_run}: the worker builds an empty address space, then starts its loop. */
  void create() {
    created = true;
    busy = true;
    spend(Cost.WORKER_CREATE, STARTED);
  }

  /** It has been there since before the run. */
  void given() {
    created = true;
    looping = true;
    at = LOOP;
  }

  /** Pushes a work at the head of the list, where the next one is taken from. */
  void push(Message work) {
    if (cluster.options.worksLifo) {
      works.addFirst(work);
    } else {
      works.addLast(work);
    }
    if (looping && !busy) {
      busy = true;
      wake();
    }
  }

  @Override
  void resume() {
    switch (at) {
      case STARTED -> {
        looping = true;
        at = LOOP;
        wake();
      }
      case LOOP -> processNext();
      case TASK_CREATED -> taskCreated();
      default -> throw new IllegalStateException("worker: at=" + at + ", expected a step");
    }
  }

  private void processNext() {
    current = works.poll();
    busy = current != null;
    if (!busy) {
      return;
    }
    thread = current.thread();
    switch (current.type()) {
      case TASK_MIGRATE -> spend(Cost.TASK_CREATE, TASK_CREATED);
      case VMA_OP_REQUEST -> new WorkerVmaOperation(cluster, this, (VmaOperation) current).start();
      case TASK_EXIT_ORIGIN -> terminate();
      default ->
          throw new IllegalArgumentException(
              "worker: type=" + current.type() + ", expected a work of the origin");
    }
  }

  private void taskCreated() {
    Message work = current;
    at = LOOP;
    new RemoteTaskStart(cluster, cluster.tasks.get(work.thread()), node).wake();
    served(0);
  }

  private void terminate() {
    stopped = true;
    busy = false;
    at = IDLE;
    Message work = current;
    current = null;
    cluster.processServer.endLeftoverTasks(node);
    cluster.messages.handled(work, 0);
  }

  /** The current work is done. */
  void served(int result) {
    Message work = current;
    current = null;
    at = LOOP;
    cluster.messages.handled(work, result);
    processNext();
  }

  void digestWorks(Digest digest) {
    digest.add(at).add(busy).add(created).add(stopped).add(works.size());
    for (Message work : works) {
      work.digest(digest);
    }
    if (current != null) {
      current.digest(digest);
    }
  }

  @Override
  void digestLocals(Digest digest) {
    digestWorks(digest);
  }
}
