package org.popcornreplay.protocol;

/** What is there before the run: nodes, VMAs, and where a scenario begins in the middle. */
final class ProcessStart {
  private final PopcornCluster cluster;

  ProcessStart(PopcornCluster cluster) {
    this.cluster = cluster;
  }

  void createRegion(long start, long pages, RegionKind kind, int protection, int object) {
    if (pages < 1 || start > Long.MAX_VALUE - pages) {
      throw new IllegalArgumentException("region: pages=" + pages + ", expected 1 or more");
    }
    cluster.origin().vmas.map(new Vma(start, start + pages, kind, protection, object));
  }

  private void givenHost(int node) {
    if (node == Popcorn.ORIGIN) {
      return;
    }
    cluster.processServer.distribute();
    cluster.processServer.addHost(node);
    if (!cluster.context(node).worker.isCreated()) {
      cluster.context(node).worker.given();
    }
  }

  void givenThreadAt(int thread, int node) {
    givenHost(node);
    cluster.tasks.get(thread).node = node;
  }

  void givenWarm(long page, int node) {
    givenHost(node);
    Vma area = cluster.origin().vmas.covering(page);
    if (area == null) {
      throw new IllegalArgumentException("page: number=" + page + ", expected a mapped one");
    }
    if (node != Popcorn.ORIGIN) {
      cluster.context(node).vmas.mapDifference(area);
    }
  }

  void givenOwners(long page, int... nodes) {
    int pageIndex = cluster.pageIndex(page);
    boolean shared = nodes.length > 1;
    boolean distributes = shared || nodes[0] != Popcorn.ORIGIN;
    for (int node : nodes) {
      givenWarm(page, node);
    }
    Vma area = cluster.origin().vmas.covering(page);
    if (area == null) {
      throw new IllegalArgumentException("page: number=" + page + ", expected a mapped one");
    }
    byte right = shared || !area.isWritable() ? PageTable.READ : PageTable.WRITE;
    PageTable home = cluster.origin().pages;
    home.set(pageIndex, PageTable.INVALID);
    home.raise(pageIndex, PageTable.DIRTY);
    for (int node : nodes) {
      cluster.context(node).pages.set(pageIndex, right);
      if (distributes && node != Popcorn.ORIGIN) {
        cluster
            .context(node)
            .pages
            .raise(pageIndex, (byte) (PageTable.DISTRIBUTED | PageTable.OWN));
      }
      if (distributes) {
        cluster.directory.add(pageIndex, node);
      }
    }
    if (distributes) {
      home.raise(pageIndex, PageTable.DISTRIBUTED);
    }
  }

  void boot() {
    for (int node = 0; node < cluster.nodes(); node++) {
      new NodeInfoBroadcast(cluster, node).run();
    }
  }
}
