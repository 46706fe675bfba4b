package org.popcornreplay.replay.thread;

import org.popcornreplay.protocol.Popcorn;
import org.popcornreplay.protocol.Vma;

/**
 * Where a thread's access failed, and what was mapped there at that moment.
 *
 * @param node the node on which the thread was
 * @param onNode rights of the VMA on that node as the bits of {@link Vma}, {@link #UNMAPPED} where
 *     none covers the page
 * @param atOrigin the same at the origin
 */
public record FailedAccess(int node, int onNode, int atOrigin) {
  /** No VMA covers the page. */
  public static final int UNMAPPED = -1;

  static FailedAccess of(Popcorn popcorn, int node, long page) {
    return new FailedAccess(
        node, rights(popcorn, node, page), rights(popcorn, Popcorn.ORIGIN, page));
  }

  private static int rights(Popcorn popcorn, int node, long page) {
    for (Vma area : popcorn.vmas(node)) {
      if (area.covers(page)) {
        return area.protection();
      }
    }
    return UNMAPPED;
  }

  /** Whether the node has an older mapping than the origin, with other rights. */
  public boolean isStale() {
    return onNode != UNMAPPED && atOrigin != UNMAPPED && onNode != atOrigin;
  }

  /** Rights as {@code r-x}. */
  public static String text(int rights) {
    return ((rights & Vma.READ) != 0 ? "r" : "-")
        + ((rights & Vma.WRITE) != 0 ? "w" : "-")
        + ((rights & Vma.EXEC) != 0 ? "x" : "-");
  }
}
