package org.popcornreplay.protocol;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The state of all nodes as one sees it from outside: whole, page by page, or as a digest. */
final class ClusterState {
  private final PopcornCluster cluster;

  ClusterState(PopcornCluster cluster) {
    this.cluster = cluster;
  }

  int[] owners(long page) {
    int pageIndex = cluster.pageIndex(page);
    if (cluster.pageServer.isDistributed(pageIndex)) {
      return cluster.directory.owners(pageIndex);
    }
    return cluster.origin().pages.entry(pageIndex) == PageTable.NONE
        ? new int[0]
        : new int[] {Popcorn.ORIGIN};
  }

  boolean seesLatest(long page) {
    int pageIndex = cluster.pageIndex(page);
    for (RemoteContext context : cluster.contexts()) {
      if (context.pages.allows(pageIndex, false)
          && context.pages.contents(pageIndex) != cluster.versions.latest(pageIndex)) {
        return false;
      }
    }
    return true;
  }

  List<String> waits() {
    List<String> waits = new ArrayList<>();
    for (Task task : cluster.tasks.all()) {
      if (task.isBusy()) {
        String at = task.node < 0 ? "" : " at node " + task.node;
        waits.add("thread " + task.id + at + " is in " + task.operation());
      }
    }
    waits.addAll(leftovers());
    return Collections.unmodifiableList(waits);
  }

  List<String> leftovers() {
    List<String> left = new ArrayList<>();
    for (RemoteContext context : cluster.contexts()) {
      for (FaultHandle handle : context.faults.all()) {
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
      int waiting = cluster.stations(context.node).used() - futexSleepers(context.node);
      if (waiting != 0) {
        left.add("node " + context.node + " waits at " + waiting + " stations");
      }
    }
    for (Task task : cluster.tasks.all()) {
      if (!task.originPeer.isIdle() && !(task.isAway() && task.sleepsInFutex())) {
        left.add("the origin peer of thread " + task.id + " is busy");
      }
    }
    return left;
  }

  int futexSleepers(int node) {
    int sleepers = 0;
    for (Task task : cluster.tasks.all()) {
      sleepers += node != Popcorn.ORIGIN && task.node == node && task.sleepsInFutex() ? 1 : 0;
    }
    return sleepers;
  }

  boolean isBeingHandled(long page) {
    int pageIndex = cluster.pageIndex(page);
    for (RemoteContext context : cluster.contexts()) {
      if (context.faults.get(pageIndex) != null) {
        return true;
      }
    }
    return false;
  }

  boolean holds(long page, int node) {
    int pageIndex = cluster.pageIndex(page);
    PageTable pages = cluster.context(node).pages;
    return pages.entry(pageIndex) > PageTable.INVALID || pages.has(pageIndex, PageTable.NO_RIGHTS);
  }

  void digest(Digest digest) {
    digest.add(cluster.isDistributed()).add(cluster.tasks.live());
    digest.add(cluster.failures.first() == null);
    for (int place = 0; place < cluster.knownPages(); place++) {
      digestPage(digest, cluster.knownIndex(place));
    }
    Renaming names = digest.names();
    for (int name = 0; name < cluster.nodes(); name++) {
      int node = names.oldNode(name);
      cluster.context(node).digest(digest);
      cluster.stations(node).digest(digest);
      digest.add(cluster.processServer.isHost(node));
    }
    for (int name = 0; name < cluster.tasks.all().size(); name++) {
      cluster.tasks.get(names.oldThread(name)).digest(digest);
    }
    cluster.futexServer.digest(digest);
  }

  private void digestPage(Digest digest, int pageIndex) {
    digest
        .add(pageIndex)
        .add(cluster.versions.obeysInvariants(pageIndex))
        .add(cluster.versions.latest(pageIndex));
    for (int name = 0; name < cluster.nodes(); name++) {
      int node = digest.names().oldNode(name);
      PageTable pages = cluster.context(node).pages;
      byte entry = pages.entry(pageIndex);
      byte flags = pages.flags(pageIndex);
      if (entry != PageTable.NONE || flags != 0) {
        digest.add(name).add(entry).add(flags).add(pages.contents(pageIndex));
      }
      if (cluster.directory.contains(pageIndex, node)) {
        digest.add(-1 - name);
      }
    }
  }
}
