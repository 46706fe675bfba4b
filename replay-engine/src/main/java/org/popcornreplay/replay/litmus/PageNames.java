package org.popcornreplay.replay.litmus;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The names of pages that a file has introduced so far, and which pages it has named. */
final class PageNames {
  /** Pages of all regions together: the kernel gives a process 256 GiB (2^38 bytes). */
  static final int MOST_PAGES = 1 << 26;

  /** Pages that one file may name, each of which the output lists. */
  static final int MOST_NAMED_PAGES = 1 << 20;

  /** Where the first region lies, and the pages between two regions. */
  private static final long FIRST_PAGE = 0x1_0000;

  private static final long GAP_PAGES = 16;

  private final Map<String, Region> regions = new LinkedHashMap<>();
  private final Map<Region, BitSet> named = new LinkedHashMap<>();
  private long reservedPages;
  private int namedPages;

  Region find(String name) {
    return regions.get(name);
  }

  /** The region of this name, introduced if it is new. */
  Region introduce(String name) {
    return regions.computeIfAbsent(name, Region::new);
  }

  /** Takes a name that must be known by now. */
  Region known(Words words) throws SyntaxException {
    Region region = regions.get(words.peek());
    if (region == null) {
      throw words.wrong("the name of a region that an earlier line introduces");
    }
    words.word("a region");
    return region;
  }

  /** Takes a number of pages and keeps room for them. */
  long pages(Words words, Region region, long least) throws SyntaxException {
    long pages = words.number("a number of pages", least, MOST_PAGES);
    reserve(words, region, pages);
    return pages;
  }

  /** Takes {@code NAME}, {@code NAME[i]} or {@code NAME[i..j]}. */
  PageRange range(Words words) throws SyntaxException {
    String expected = "a page such as P, P[1] or P[0..3]";
    String word = words.word(expected);
    int bracket = word.indexOf('[');
    String name = bracket < 0 ? word : word.substring(0, bracket);
    if (!Words.isName(name) || (bracket >= 0 && !word.endsWith("]"))) {
      throw words.wrongBefore(expected);
    }
    Region region = regions.get(name);
    if (region == null) {
      throw words.wrongBefore("a page of a region that an earlier line introduces");
    }
    long first = 0;
    long last = 0;
    if (bracket >= 0) {
      String inner = word.substring(bracket + 1, word.length() - 1);
      int dots = inner.indexOf("..");
      Long from = Words.parse(dots < 0 ? inner : inner.substring(0, dots));
      Long to = dots < 0 ? from : Words.parse(inner.substring(dots + 2));
      if (from == null || to == null || from < 0 || to < from || to >= MOST_PAGES) {
        throw words.wrongBefore(
            "a page such as P, P[1] or P[0..3], with rising indexes below " + MOST_PAGES);
      }
      first = from;
      last = to;
    }
    reserve(words, region, last + 1);
    mark(words, region, first, last);
    return new PageRange(region, first, last);
  }

  /** Takes one page. */
  PageRange page(Words words) throws SyntaxException {
    PageRange range = range(words);
    if (range.first() != range.last()) {
      throw words.wrongBefore("one page");
    }
    return range;
  }

  private void reserve(Words words, Region region, long pages) throws SyntaxException {
    long before = region.span();
    region.reserve(pages);
    reservedPages += region.span() - before;
    if (reservedPages > MOST_PAGES) {
      throw words.wrongBefore(
          "at most "
              + MOST_PAGES
              + " pages in all regions together, the 256 GiB of the kernel's user address space");
    }
  }

  private void mark(Words words, Region region, long first, long last) throws SyntaxException {
    if (last - first >= MOST_NAMED_PAGES) {
      throw words.wrongBefore("at most " + MOST_NAMED_PAGES + " pages named in one file");
    }
    BitSet pages = named.computeIfAbsent(region, r -> new BitSet());
    int before = pages.cardinality();
    pages.set((int) first, (int) last + 1);
    namedPages += pages.cardinality() - before;
    if (namedPages > MOST_NAMED_PAGES) {
      throw words.wrongBefore("at most " + MOST_NAMED_PAGES + " pages named in one file");
    }
  }

  /** Gives every region its place; call it when the whole file has been read. */
  List<Region> place() {
    long page = FIRST_PAGE;
    for (Region region : regions.values()) {
      region.place(page);
      page += region.span() + GAP_PAGES;
    }
    return List.copyOf(regions.values());
  }

  /** The pages that the file names, region by region, rising, each once. */
  List<PageRange> named() {
    List<PageRange> ranges = new ArrayList<>();
    for (Region region : regions.values()) {
      BitSet pages = named.getOrDefault(region, new BitSet());
      for (int first = pages.nextSetBit(0); first >= 0; ) {
        int end = pages.nextClearBit(first);
        ranges.add(new PageRange(region, first, end - 1));
        first = pages.nextSetBit(end);
      }
    }
    return ranges;
  }
}
