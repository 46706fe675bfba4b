package org.popcornreplay.protocol;

/** REMOTE_PAGE_RESPONSE, or its short form without a page. */
public final class PageResponse extends Message {
  /** The requester's wait station. */
  public final int station;

  /** A code of {@code vm_fault_t}. */
  public final int result;

  /** The number of the write that the page holds. */
  public final int contents;

  PageResponse(
      MessageType type,
      int from,
      int to,
      int bytes,
      int thread,
      long page,
      int station,
      int result,
      int contents) {
    super(type, from, to, bytes, thread, page);
    this.station = station;
    this.result = result;
    this.contents = contents;
  }

  @Override
  void digestPayload(Digest digest) {
    digest.add(station);
    digest.add(result);
    digest.add(contents);
  }

  @Override
  public String detail() {
    return FaultResult.name(result);
  }
}
