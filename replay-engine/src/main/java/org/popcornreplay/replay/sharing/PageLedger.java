package org.popcornreplay.replay.sharing;

import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps, for every page, what the threads touched on it and why it moved.
 *
 * <p>An epoch of a page on a node begins with a fault there and lasts until the next one. The epoch
 * was <b>needed</b> (true sharing) when the node then touched a line that another node had written
 * since the node's previous fault, or wrote a line that another node had read since; it was <b>in
 * vain</b> (false sharing) when others had written the page in the meantime but no such line was
 * touched. The first epoch of a node on a page has no earlier copy to compare with and counts as
 * neither, except where nothing else tells how the page is shared. This is the classification of
 * Dubois et al. (ISCA 1993, "The detection and elimination of useless misses"), with pages as
 * blocks, nodes as processors and lines of 64 bytes as words: variables that share one line count
 * as one.
 */
public final class PageLedger {
  private final Long2ObjectOpenHashMap<PageRecord> records = new Long2ObjectOpenHashMap<>();
  private PageRecord latest;

  /** A thread used a page; see {@code RunListener.visit}. */
  public void visit(
      int thread, int node, long page, int reads, int writes, long readLines, long writeLines) {
    record(page).visit(thread, node, reads, writes, readLines, writeLines);
  }

  /**
   * A fault ended.
   *
   * @param write whether it was for a write (or an upgrade)
   */
  public void fault(int thread, int node, long page, boolean write, long nanos, int retries) {
    PageRecord record = record(page);
    if (write) {
      record.writeFaults++;
    } else {
      record.readFaults++;
    }
    record.faultNanos += nanos;
    record.retries += retries;
    record.fault(thread, node, nanos);
  }

  /** A copy of the page was taken away from a node. */
  public void invalidation(long page) {
    record(page).invalidations++;
  }

  /** The content of the page went from one node to another. */
  public void transfer(long page) {
    record(page).transfers++;
  }

  /** The pages that faulted, moved or were touched on two nodes, by number; ends all epochs. */
  public List<PageRecord> finish() {
    List<PageRecord> list = new ArrayList<>();
    for (PageRecord record : records.values()) {
      record.finish();
      if (record.matters()) {
        list.add(record);
      }
    }
    PageRecord[] sorted = list.toArray(new PageRecord[0]);
    Arrays.sort(sorted, (a, b) -> Long.compare(a.page, b.page));
    return Arrays.asList(sorted);
  }

  private PageRecord record(long page) {
    PageRecord record = latest;
    if (record != null && record.page == page) {
      return record;
    }
    record = records.get(page);
    if (record == null) {
      record = new PageRecord(page);
      records.put(page, record);
    }
    latest = record;
    return record;
  }
}
