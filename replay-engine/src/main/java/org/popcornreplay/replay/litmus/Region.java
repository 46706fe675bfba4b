package org.popcornreplay.replay.litmus;

/**
 * A NAME for pages: a VMA that exists before the run, or one that an operation maps.
 *
 * <p>Its place in the address space is chosen once for the whole run, with room for the most pages
 * that the file ever gives it or names in it, and a gap behind, so that regions never touch.
 */
final class Region {
  private final String name;
  private boolean heap;
  private boolean text;
  private long firstPage;
  private long span = 1;

  Region(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  /** The page number of {@code NAME[0]}. */
  long firstPage() {
    return firstPage;
  }

  /** Pages reserved in the address space. */
  long span() {
    return span;
  }

  /** Whether some line moves its end with brk. */
  boolean isHeap() {
    return heap;
  }

  void becomesHeap() {
    heap = true;
  }

  /** Whether the file has mapped it executable: a read then stands for executing it. */
  boolean isText() {
    return text;
  }

  void becomesText() {
    text = true;
  }

  void reserve(long pages) {
    span = Math.max(span, pages);
  }

  void place(long page) {
    firstPage = page;
  }

  /** How people write one of its pages. */
  String pageName(long index) {
    return name + "[" + index + "]";
  }
}
