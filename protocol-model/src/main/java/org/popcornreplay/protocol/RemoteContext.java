package org.popcornreplay.protocol;

import java.util.ArrayList;
import java.util.List;

/** The process on one node ({@code struct remote_context} and the mm it hangs off). */
final class RemoteContext {
  final int node;
  final PageTable pages = new PageTable();
  final VmaList vmas = new VmaList();
  final MmapSem mmapSem = new MmapSem();
  final FaultTable faults = new FaultTable();
  final List<VmaFetch> fetches = new ArrayList<>(0);
  final RemoteWorker worker;

  /** Work items of popcorn_wq that hold the mm ({@code get_task_mm}). */
  int servedRequests;

  RemoteContext(PopcornCluster cluster, int node) {
    this.node = node;
    this.worker = new RemoteWorker(cluster, node);
  }

  boolean isRemote() {
    return node != Popcorn.ORIGIN;
  }

  VmaFetch fetch(long page) {
    for (VmaFetch fetch : fetches) {
      if (fetch.page() == page) {
        return fetch;
      }
    }
    return null;
  }

  void digest(Digest digest) {
    vmas.digest(digest);
    mmapSem.digest(digest);
    digest.add(faults.size()).add(fetches.size()).add(servedRequests);
    if (!faults.isEmpty()) {
      for (FaultHandle handle : faults.all()) {
        handle.digest(digest);
      }
    }
    for (VmaFetch fetch : fetches) {
      fetch.digest(digest);
    }
    worker.digestWorks(digest);
  }
}
