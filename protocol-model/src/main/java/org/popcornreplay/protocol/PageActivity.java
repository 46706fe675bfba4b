package org.popcornreplay.protocol;

/** A context that handles one page: it can hold a fault handle and claim the page. */
abstract class PageActivity extends Activity {
  long page;
  int pageIndex;
  FaultHandle handle;

  /** The station it waits at; its reply stays readable after the slot is free. */
  WaitStation station;

  PageActivity(PopcornCluster cluster, World.Runner runner, int node, int thread) {
    super(cluster, runner, node, thread);
  }

  @Override
  void digestLocals(Digest digest) {
    digest.add(pageIndex).add(handle != null);
    if (station != null && station.reply() != null) {
      station.reply().digest(digest);
    }
  }
}
