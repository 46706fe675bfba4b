package org.popcornreplay.replay.litmus;

import java.util.List;
import org.popcornreplay.protocol.Options;
import org.popcornreplay.replay.profile.CostProfile;

/**
 * What a litmus file says: the start, then steps.
 *
 * @param file the path as the user wrote it
 * @param title one line for people; null without one
 * @param profile the cost profile; null for {@code unit}
 * @param threads in the order of the file
 * @param regions all names of pages in the order in which the file introduces them
 * @param named the pages that the file names, in the order of first mention, each page once
 */
record Scenario(
    String file,
    String title,
    int nodes,
    Options options,
    CostProfile profile,
    List<RegionLine> mapped,
    List<ThreadLine> threads,
    List<WarmLine> warm,
    List<OwnersLine> owners,
    List<Step> steps,
    List<Region> regions,
    List<PageRange> named) {

  /** The same scenario under another profile, with unlimited work queues. */
  Scenario under(CostProfile other) {
    return new Scenario(
        file,
        title,
        nodes,
        options.with("E3", "UNLIMITED"),
        other,
        mapped,
        threads,
        warm,
        owners,
        steps,
        regions,
        named);
  }

  /** {@code region NAME KIND PERM PAGES}. */
  record RegionLine(int line, Region region, MappingKind kind, Permission permission, long pages) {}

  /** {@code warm NAME NID …}. */
  record WarmLine(int line, Region region, NodeSet nodes) {}

  /** {@code owners PAGE {NID,…}}. */
  record OwnersLine(int line, PageRange pages, NodeSet nodes) {}
}
