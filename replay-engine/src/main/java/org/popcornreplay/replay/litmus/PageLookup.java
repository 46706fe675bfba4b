package org.popcornreplay.replay.litmus;

import java.util.Map;
import java.util.TreeMap;
import org.popcornreplay.protocol.Message;

/** From page numbers back to names. */
final class PageLookup {
  private final TreeMap<Long, Region> regions = new TreeMap<>();

  PageLookup(Scenario scenario) {
    for (Region region : scenario.regions()) {
      regions.put(region.firstPage(), region);
    }
  }

  /** {@code NAME[i]}; null for no page. */
  String name(long page) {
    if (page == Message.NO_PAGE) {
      return null;
    }
    Map.Entry<Long, Region> below = regions.floorEntry(page);
    if (below == null || page - below.getKey() >= below.getValue().span()) {
      return null;
    }
    return below.getValue().pageName(page - below.getKey());
  }
}
