package org.popcornreplay.protocol;

import java.util.Arrays;
import java.util.BitSet;

/**
 * What nobody in the kernel knows: the number of the newest write to each page, with which frames
 * are compared, and which pages an operation has taken out of the invariants.
 */
final class PageVersions {
  private final PageIndex index;
  private int[] newest = new int[PageIndex.CHUNK_PAGES];
  private final BitSet irregular = new BitSet();

  PageVersions(PageIndex index) {
    this.index = index;
  }

  int latest(int pageIndex) {
    return pageIndex < newest.length ? newest[pageIndex] : 0;
  }

  /** A write has happened; its number. */
  int written(int pageIndex) {
    if (pageIndex >= newest.length) {
      newest = Arrays.copyOf(newest, Math.max(pageIndex + 1, newest.length * 2));
    }
    return ++newest[pageIndex];
  }

  /** The pages of a range obey the protocol's invariants no longer (popcorn-protocol §4.6). */
  void markIrregular(long start, long end) {
    for (int place = 0; place < index.knownPages(); place++) {
      long page = index.page(index.known(place));
      if (start <= page && page < end) {
        irregular.set(index.known(place));
      }
    }
  }

  /** Whether no operation has taken the page out. */
  boolean obeysInvariants(int pageIndex) {
    return !irregular.get(pageIndex);
  }
}
