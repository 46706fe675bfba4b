package org.popcornreplay.traces;

import org.popcornreplay.traces.arrow.ColumnBatch;

/** Walks the accesses of one thread of a trace of full detail, in order of instructions. */
public final class AccessCursor {
  private final ThreadBatches batches;
  private final SiteTable sites;
  private final AccessPacker packer;
  private int row = -1;
  private int rows;
  private long[] instructions = new long[0];
  private long[] address = new long[0];
  private int[] site;

  AccessCursor(ThreadBatches batches, SiteTable sites, AccessPacker packer) {
    this.batches = batches;
    this.sites = sites;
    this.packer = packer;
  }

  /** Goes to the next access; false at the end. */
  public boolean next() {
    return ++row < rows || load();
  }

  private boolean load() {
    row = 0;
    rows = 0;
    if (!batches.load()) {
      return false;
    }
    ColumnBatch b = batches.batch();
    if (instructions.length < b.rows()) {
      instructions = new long[b.rows()];
      address = new long[b.rows()];
    }
    site = b.ints(2);
    int wrong = packer.unpack(b, batches.base(), sites.size(), instructions, address);
    if (wrong >= 0) {
      throw batches.fault(wrong, "site=" + site[wrong] + ", expected 0 to " + (sites.size() - 1));
    }
    rows = b.rows();
    batches.checkOrder(instructions);
    return true;
  }

  /** Instructions that the thread executed before it. */
  public long instructions() {
    return instructions[row];
  }

  /** The address. */
  public long address() {
    return address[row];
  }

  /** Its size in bytes. */
  public int bytes() {
    return sites.bytes[site[row]];
  }

  /** One of {@link AccessKind}. */
  public int kind() {
    return sites.kind[site[row]];
  }

  /** The code address. */
  public long ip() {
    return sites.ip[site[row]];
  }

  /** Bits of {@link VisitFlags}. */
  public int flags() {
    return sites.flags[site[row]] & 0xff;
  }
}
