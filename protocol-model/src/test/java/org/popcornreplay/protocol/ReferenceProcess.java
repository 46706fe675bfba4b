package org.popcornreplay.protocol;

import java.util.Arrays;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A process by popcorn-protocol §3.9, §4.4 to §4.6, §5 and §6 alone, for operations that never
 * meet: straight-line code that says how many messages each one costs and what it leaves.
 */
final class ReferenceProcess {
  private static final int ORIGIN = 0;

  /** What a node may do with a page. */
  enum Right {
    NONE,
    READ,
    WRITE
  }

  /** One page: who owns it, and what each node may do. */
  private static final class Page {
    final TreeSet<Integer> owners = new TreeSet<>();
    final Right[] rights;
    boolean distributed;

    Page(int nodes) {
      rights = new Right[nodes];
      Arrays.fill(rights, Right.NONE);
    }
  }

  private final int nodes;
  private final int[] nodeOf;
  private final boolean[] alive;
  private final TreeSet<Integer> hosts = new TreeSet<>();
  private final TreeMap<Long, Page> pages = new TreeMap<>();

  /** By region (its first page): on each node null where unknown, else whether writable. */
  private final TreeMap<Long, Boolean[]> writable = new TreeMap<>();

  private boolean distributed;

  ReferenceProcess(int nodes, int threads) {
    this.nodes = nodes;
    nodeOf = new int[threads];
    alive = new boolean[threads];
    Arrays.fill(alive, true);
  }

  int node(int thread) {
    return nodeOf[thread];
  }

  boolean isAlive(int thread) {
    return alive[thread];
  }

  int living() {
    int living = 0;
    for (boolean one : alive) {
      living += one ? 1 : 0;
    }
    return living;
  }

  int[] owners(long page) {
    return page(page).owners.stream().mapToInt(Integer::intValue).toArray();
  }

  Right right(long page, int node) {
    return page(page).rights[node];
  }

  private Page page(long number) {
    return pages.computeIfAbsent(number, key -> new Page(nodes));
  }

  // ---- Address space.

  boolean isMapped(long region) {
    return writable.containsKey(region);
  }

  /** mmap: at a remote one delegation; the caller's node knows the area afterwards. */
  int map(int thread, long region) {
    Boolean[] known = new Boolean[nodes];
    known[ORIGIN] = true;
    known[nodeOf[thread]] = true;
    writable.put(region, known);
    return nodeOf[thread] == ORIGIN ? 0 : 2;
  }

  /** munmap: a delegation, and one request for each other node that ever hosted the process. */
  int unmap(int thread, long region, int count) {
    writable.remove(region);
    for (long page = region; page < region + count; page++) {
      pages.remove(page);
    }
    int node = nodeOf[thread];
    int told = hosts.size() - (hosts.contains(node) ? 1 : 0);
    return 2 * told + (node == ORIGIN ? 0 : 2);
  }

  /** mprotect: a delegation; writable pages become read-only at the caller and the origin. */
  int protect(int thread, long region, int count, boolean write) {
    int node = nodeOf[thread];
    protectAt(ORIGIN, region, count, write);
    if (node != ORIGIN) {
      protectAt(node, region, count, write);
    }
    return node == ORIGIN ? 0 : 2;
  }

  private void protectAt(int node, long region, int count, boolean write) {
    Boolean[] known = writable.get(region);
    if (known[node] == null || known[node] == write) {
      return;
    }
    known[node] = write;
    for (long number = region; number < region + count; number++) {
      Page page = page(number);
      if (page.rights[node] == Right.WRITE) {
        page.rights[node] = Right.READ;
      }
    }
  }

  // ---- Accesses.

  /** Messages of an access, or -1 - messages where it is a SIGSEGV. */
  int access(int thread, long region, long number, boolean write) {
    int node = nodeOf[thread];
    Page page = page(number);
    if (page.rights[node] == Right.WRITE || (!write && page.rights[node] == Right.READ)) {
      return 0;
    }
    int messages = 0;
    Boolean[] known = writable.get(region);
    if (node != ORIGIN && (known == null || known[node] == null)) {
      messages = 2;
      if (known != null) {
        known[node] = known[ORIGIN];
      }
    }
    if (known == null || (write && !known[node])) {
      return -1 - messages;
    }
    return messages + (write ? write(page, node) : read(page, node));
  }

  private static boolean isHome(Page page) {
    return !page.distributed || page.owners.contains(ORIGIN);
  }

  private static int read(Page page, int node) {
    if (node == ORIGIN && !page.distributed) {
      page.owners.add(ORIGIN);
      page.rights[ORIGIN] = Right.READ;
      return 0;
    }
    int messages = node == ORIGIN || isHome(page) ? 2 : 4;
    page.distributed = true;
    page.owners.add(ORIGIN);
    page.owners.add(node);
    for (int owner : page.owners) {
      page.rights[owner] = Right.READ;
    }
    return messages;
  }

  private static int write(Page page, int node) {
    int messages = 0;
    if (node == ORIGIN && page.distributed) {
      messages = isHome(page) ? 2 * (page.owners.size() - 1) : 2;
    } else if (node != ORIGIN) {
      boolean upgrade = page.owners.contains(node);
      int others = page.owners.size();
      others -= page.owners.contains(ORIGIN) ? 1 : 0;
      others -= upgrade ? 1 : 0;
      messages = upgrade || isHome(page) ? 2 + 2 * others : 4;
      page.distributed = true;
    }
    page.owners.clear();
    page.owners.add(node);
    Arrays.fill(page.rights, Right.NONE);
    page.rights[node] = Right.WRITE;
    return messages;
  }

  // ---- Threads.

  /** A migration to another node; from one remote to another by way of the origin. */
  int migrate(int thread, int to) {
    int from = nodeOf[thread];
    nodeOf[thread] = to;
    if (to != ORIGIN) {
      hosts.add(to);
      distributed = true;
    }
    return (from == ORIGIN ? 0 : 1) + (to == ORIGIN ? 0 : 2);
  }

  /** A futex wait until it sleeps or finds its value changed; the page comes to the origin. */
  int futexWait(int thread, long number, boolean stale) {
    Page page = page(number);
    int messages = nodeOf[thread] == ORIGIN ? 0 : stale ? 2 : 1;
    if (distributed && !isHome(page)) {
      messages += read(page, ORIGIN);
    } else if (!page.distributed && page.rights[ORIGIN] == Right.NONE) {
      read(page, ORIGIN);
    }
    return messages;
  }

  /** A wake-up of that one sleeper. */
  int futexWake(int waker, int sleeper) {
    return (nodeOf[waker] == ORIGIN ? 0 : 2) + (nodeOf[sleeper] == ORIGIN ? 0 : 1);
  }

  /** An exit: a remote tells the origin; the last one lets every node know. */
  int exit(int thread) {
    alive[thread] = false;
    int messages = nodeOf[thread] == ORIGIN ? 0 : 1;
    return messages + (living() == 0 ? hosts.size() : 0);
  }
}
