package org.popcornreplay.traces;

import org.popcornreplay.traces.arrow.ColumnBatch;

/** Unpacks the visits of a thread; {@link VisitPacker} is the other way. */
final class VisitUnpacker implements VisitSource {
  private final ThreadBatches batches;
  private final long[] ips;

  /**
   * The visits of a thread.
   *
   * @param batches its packed batches
   * @param ips the code addresses of the trace's sites
   */
  VisitUnpacker(ThreadBatches batches, long[] ips) {
    this.batches = batches;
    this.ips = ips;
  }

  @Override
  public boolean load(CursorRows into) {
    if (!batches.load()) {
      return false;
    }
    unpack(batches.batch(), into.words(batches.batch().rows()));
    return true;
  }

  private void unpack(ColumnBatch from, long[] words) {
    byte[] pageDelta = from.bytes(VisitColumns.PAGE_DELTA);
    byte[] firstReadLow = from.bytes(VisitColumns.FIRST_READ_LOW);
    byte[] firstReadHigh = from.bytes(VisitColumns.FIRST_READ_HIGH);
    byte[] readsLow = from.bytes(VisitColumns.READS_LOW);
    byte[] readLine = from.bytes(VisitColumns.READ_LINE);
    byte[] readRun = from.bytes(VisitColumns.READ_RUN);
    byte[] readSiteLow = from.bytes(VisitColumns.READ_SITE_LOW);
    byte[] readSiteHigh = from.bytes(VisitColumns.READ_SITE_HIGH);
    int[] gap = from.ints(VisitColumns.GAP);
    int[] lengthDelta = from.ints(VisitColumns.LENGTH_DELTA);
    int[] firstRest = from.ints(VisitColumns.FIRST_REST);
    int[] siteRest = from.ints(VisitColumns.SITE_REST);
    int[] readsRest = from.ints(VisitColumns.READS_REST);
    int[] writesRest = from.ints(VisitColumns.WRITES_REST);
    byte[] firstWriteLow = from.bytes(VisitColumns.FIRST_WRITE_LOW);
    byte[] firstWriteHigh = from.bytes(VisitColumns.FIRST_WRITE_HIGH);
    byte[] writesLow = from.bytes(VisitColumns.WRITES_LOW);
    byte[] writeLine = from.bytes(VisitColumns.WRITE_LINE);
    byte[] writeRun = from.bytes(VisitColumns.WRITE_RUN);
    byte[] writeSiteLow = from.bytes(VisitColumns.WRITE_SITE_LOW);
    byte[] writeSiteHigh = from.bytes(VisitColumns.WRITE_SITE_HIGH);
    byte[] flags = from.bytes(VisitColumns.FLAGS);
    long[] otherPage = from.longs(VisitColumns.OTHER_PAGE);
    long[] readLinesRest = from.longs(VisitColumns.READ_LINES_REST);
    long[] writeLinesRest = from.longs(VisitColumns.WRITE_LINES_REST);
    long start = batches.base();
    int length = 0;
    long page = 0;
    long firstPage = 0;
    batches.checkNext(0, start);
    for (int i = 0; i < from.rows(); i++) {
      boolean begins = (flags[i] & VisitColumns.BEGINS_SLICE) != 0;
      if (begins) {
        start += length + (long) gap[i];
        length += lengthDelta[i];
        page = firstPage;
      }
      page = otherPage[i] == 0 ? page + (pageDelta[i] & 0xff) : otherPage[i] - 1;
      if (begins) {
        batches.checkNext(i, start);
        firstPage = page;
      }
      int read = VisitColumns.ofRead(readSiteLow[i], readSiteHigh[i], siteRest[i]);
      int write = VisitColumns.ofWrite(writeSiteLow[i], writeSiteHigh[i], siteRest[i]);
      int readEnd = (readLine[i] & 0xff) + (readRun[i] & 0xff);
      int writeEnd = (writeLine[i] & 0xff) + (writeRun[i] & 0xff);
      // Sites are compared without their signs: a negative one is larger than all.
      if (readEnd > VisitColumns.LINES
          || writeEnd > VisitColumns.LINES
          || Integer.compareUnsigned(read, ips.length) > 0
          || Integer.compareUnsigned(write, ips.length) > 0) {
        throw fault(i, Math.max(readEnd, writeEnd), read, write);
      }
      CursorRows.put(
          words,
          i,
          start,
          page,
          VisitColumns.firstLines(readRun[i] & 0xff) << readLine[i] | readLinesRest[i],
          VisitColumns.firstLines(writeRun[i] & 0xff) << writeLine[i] | writeLinesRest[i],
          read == 0 ? 0 : ips[read - 1],
          write == 0 ? 0 : ips[write - 1],
          length,
          flags[i] & (VisitColumns.BEGINS_SLICE - 1),
          VisitColumns.ofRead(firstReadLow[i], firstReadHigh[i], firstRest[i]) - 1,
          VisitColumns.ofWrite(firstWriteLow[i], firstWriteHigh[i], firstRest[i]) - 1,
          (readsLow[i] & 0xff) | readsRest[i] << Byte.SIZE,
          (writesLow[i] & 0xff) | writesRest[i] << Byte.SIZE);
    }
  }

  private RuntimeException fault(int row, int lines, int read, int write) {
    if (lines > VisitColumns.LINES) {
      return batches.fault(row, "lines=" + lines + ", expected at most " + VisitColumns.LINES);
    }
    int site = Integer.compareUnsigned(read, ips.length) > 0 ? read : write;
    return batches.fault(
        row, "site=" + Integer.toUnsignedLong(site) + ", expected at most " + ips.length);
  }
}
