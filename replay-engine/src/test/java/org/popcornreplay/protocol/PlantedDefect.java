package org.popcornreplay.protocol;

/** Damage to a cluster's state that its servers never do, to see that the checks find it. */
public enum PlantedDefect {
  /** Another node keeps its right to read. */
  READER_BESIDE_THE_WRITER {
    @Override
    void damage(PopcornCluster cluster, int node, long page) {
      PageTable pages = cluster.context((node + 1) % cluster.nodes()).pages;
      pages.set(cluster.pageIndex(page), PageTable.READ);
      pages.raise(cluster.pageIndex(page), PageTable.OWN);
    }
  },
  /** The frame lacks the newest write. */
  STALE_FRAME {
    @Override
    void damage(PopcornCluster cluster, int node, long page) {
      cluster.versions.written(cluster.pageIndex(page));
    }
  },
  /** The origin has forgotten who owns a page. */
  FORGOTTEN_OWNER {
    @Override
    void damage(PopcornCluster cluster, int node, long page) {
      cluster.directory.clear(cluster.pageIndex(page));
    }
  },
  /** An owner has lost its page without the origin's knowing. */
  LOST_PAGE {
    @Override
    void damage(PopcornCluster cluster, int node, long page) {
      cluster.context(node).pages.set(cluster.pageIndex(page), PageTable.NONE);
    }
  },
  /** An invalidation is answered twice. */
  SECOND_ANSWER {
    @Override
    void damage(PopcornCluster cluster, int node, long page) {
      MessageType type = MessageType.PAGE_INVALIDATE_RESPONSE;
      cluster.messages.post(
          new PageInvalidation(type, node, 0, type.wireBytes(), Message.NO_THREAD, page, 999),
          cluster.tasks.all().get(0).fault);
    }
  },
  /** A lock is never released. */
  LOCK_LEFT {
    @Override
    void damage(PopcornCluster cluster, int node, long page) {
      cluster.context(node).mmapSem.downReadTrylock();
    }
  },
  /** A wait station is never given back. */
  STATION_LEFT {
    @Override
    void damage(PopcornCluster cluster, int node, long page) {
      cluster.stations(node).get(cluster.tasks.all().get(0).fault, 1);
    }
  };

  abstract void damage(PopcornCluster cluster, int node, long page);

  /** Does the damage; {@code node} is one that has just written the page. */
  public void plant(Popcorn popcorn, int node, long page) {
    damage((PopcornCluster) popcorn, node, page);
  }
}
