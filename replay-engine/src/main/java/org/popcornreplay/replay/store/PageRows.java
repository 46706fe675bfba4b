package org.popcornreplay.replay.store;

import java.util.List;
import org.popcornreplay.replay.sharing.PageRecord;

/** The rows of {@code pages} and {@code page_threads}, which are known at the end of a run. */
final class PageRows {
  private PageRows() {}

  /** Writes them, in the order of the records. */
  static void write(List<PageRecord> records, Regions regions, int pageBytes, RunTables tables) {
    for (PageRecord record : records) {
      tables
          .pages
          .put(record.page)
          .put(regions.at(record.page * pageBytes, pageBytes))
          .put(record.readFaults())
          .put(record.writeFaults())
          .put(record.invalidations())
          .put(record.transfers())
          .put(record.faultNanos())
          .put(record.retries())
          .put(record.readers())
          .put(record.writers())
          .put(record.sharing().text())
          .put(record.neededEpochs())
          .put(record.vainEpochs())
          .put(record.neededNanos())
          .put(record.vainNanos())
          .endRow();
      for (PageRecord.Use use : record.uses()) {
        tables
            .pageThreads
            .put(record.page)
            .put(use.thread)
            .put(use.node)
            .put(use.reads())
            .put(use.writes())
            .put(use.readLines())
            .put(use.writeLines())
            .put(use.faults())
            .put(use.faultNanos())
            .endRow();
      }
    }
  }
}
