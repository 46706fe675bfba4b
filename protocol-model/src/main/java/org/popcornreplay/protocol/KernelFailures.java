package org.popcornreplay.protocol;

/** Where the modelled kernel stops in a BUG, hangs, or goes on with a defect. */
final class KernelFailures {
  private final PopcornCluster cluster;
  private String first;

  KernelFailures(PopcornCluster cluster) {
    this.cluster = cluster;
  }

  /** The first one that the kernel did not survive, one line; null while it is well. */
  String first() {
    return first;
  }

  /** The kernel stops in a BUG: the context never goes on, nor does the thread's operation. */
  void bug(Activity activity, String code, String state) {
    activity.sleep(activity.at);
    failed(activity.node, activity.thread, code, Outcome.BUG, state);
    endFatally(activity.thread, Outcome.BUG);
  }

  /** The context waits for ever, and so does the thread's operation. */
  void hang(Activity activity, String code, String state) {
    failed(activity.node, activity.thread, code, Outcome.HANG, state);
    endFatally(activity.thread, Outcome.HANG);
  }

  private void endFatally(int thread, int result) {
    Task task = cluster.tasks.find(thread);
    if (task != null) {
      task.end(result);
    }
  }

  /**
   * Says what went wrong; the operation's end is the caller's matter.
   *
   * @param result how it ends; {@link Outcome#OK} where the kernel goes on
   */
  void failed(int node, int thread, String code, int result, String state) {
    if (first == null && result != Outcome.OK) {
      first = (code.isEmpty() ? "" : code + ": ") + state;
    }
    cluster.observer.kernelFails(node, thread, code, result, state);
  }
}
