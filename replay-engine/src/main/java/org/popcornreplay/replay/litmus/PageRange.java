package org.popcornreplay.replay.litmus;

/** The pages {@code NAME[first..last]}. */
record PageRange(Region region, long first, long last) {
  /** The page number of the first page. */
  long firstPage() {
    return region.firstPage() + first;
  }

  /** The page number after the last page. */
  long endPage() {
    return region.firstPage() + last + 1;
  }

  @Override
  public String toString() {
    return first == last ? region.pageName(first) : region.name() + "[" + first + ".." + last + "]";
  }
}
