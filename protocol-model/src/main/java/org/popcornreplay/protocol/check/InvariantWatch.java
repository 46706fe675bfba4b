package org.popcornreplay.protocol.check;

import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import org.popcornreplay.protocol.Message;
import org.popcornreplay.protocol.Observer;
import org.popcornreplay.protocol.Popcorn;

/**
 * Checks the invariants while a long run goes on, at a cost that does not grow with its memory:
 * after each step the pages that the step has changed, now and then all pages, at the end
 * everything. It hears the protocol as an {@link Observer}; the run calls {@link #afterStep}.
 *
 * <p>A page's owners by the directory are compared with the page tables whenever nothing is under
 * way about it: no message, no handling on any node, no VMA operation anywhere. In between the two
 * differ, as in the kernel: the directory changes first, the owner hears of it later.
 */
public final class InvariantWatch implements Observer {
  /** Steps between two looks at all pages, at least. */
  private static final long LOOK_AT_ALL_STEPS = 1 << 16;

  /** A look at all pages may cost as much as this many steps for each page and node. */
  private static final long STEPS_FOR_EACH_ENTRY = 4;

  private final Popcorn popcorn;
  private final Invariants invariants;
  private final RequestLedger requests = new RequestLedger();
  private final Long2IntOpenHashMap underWay = new Long2IntOpenHashMap();
  private final LongArrayList changed = new LongArrayList();
  private int vmaOperations;
  private long steps;
  private long nextLookAtAll = LOOK_AT_ALL_STEPS;
  private long pagesChecked;
  private long looksAtAll;

  /** Watches this cluster. */
  public InvariantWatch(Popcorn popcorn) {
    this.popcorn = popcorn;
    this.invariants = new Invariants(popcorn);
  }

  /** Steps that were checked. */
  public long steps() {
    return steps;
  }

  /** Checks of one page each. */
  public long pagesChecked() {
    return pagesChecked;
  }

  /** How often all pages were checked. */
  public long looksAtAll() {
    return looksAtAll;
  }

  @Override
  public void messageSent(Message message) {
    requests.sent(message);
    if (message.page() != Message.NO_PAGE) {
      underWay.addTo(message.page(), 1);
    }
  }

  @Override
  public void messageHandled(Message message, int result) {
    long page = message.page();
    if (page == Message.NO_PAGE) {
      return;
    }
    pageChanged(message.to(), page);
    if (underWay.addTo(page, -1) == 1) {
      underWay.remove(page);
    }
  }

  @Override
  public void pageChanged(int node, long page) {
    if (changed.isEmpty() || changed.getLong(changed.size() - 1) != page) {
      changed.add(page);
    }
  }

  @Override
  public void vmaOperationBegins(int thread, int node, String operation, long start, long pages) {
    vmaOperations += isFetch(operation) ? 0 : 1;
  }

  @Override
  public void vmaOperationEnds(
      int thread, int node, String operation, long start, long pages, int result) {
    vmaOperations -= isFetch(operation) ? 0 : 1;
  }

  private static boolean isFetch(String operation) {
    return operation.equals("fetch");
  }

  /**
   * Checks what the step has changed.
   *
   * @throws InvariantViolation where something does not hold
   */
  public void afterStep() {
    steps++;
    if (!changed.isEmpty()) {
      for (int i = 0; i < changed.size(); i++) {
        check(changed.getLong(i));
      }
      changed.clear();
    }
    if (steps >= nextLookAtAll) {
      lookAtAll();
      long entries = (long) popcorn.knownPages() * popcorn.nodes();
      nextLookAtAll = steps + Math.max(LOOK_AT_ALL_STEPS, entries * STEPS_FOR_EACH_ENTRY);
    }
  }

  private void check(long page) {
    pagesChecked++;
    invariants.checkPage(page);
    if (vmaOperations == 0 && !underWay.containsKey(page)) {
      invariants.checkPageAtRest(page);
    }
  }

  private void lookAtAll() {
    looksAtAll++;
    invariants.checkCounters();
    for (int place = 0; place < popcorn.knownPages(); place++) {
      check(popcorn.knownPage(place));
    }
  }

  /**
   * Checks that nothing is left when nothing is under way any more.
   *
   * @throws InvariantViolation where something does not hold
   */
  public void atRest() {
    looksAtAll++;
    invariants.checkAtRest();
    int sleepers = 0;
    for (int node = 1; node < popcorn.nodes(); node++) {
      sleepers += popcorn.futexSleepers(node);
    }
    requests.checkAtRest(sleepers);
  }
}
