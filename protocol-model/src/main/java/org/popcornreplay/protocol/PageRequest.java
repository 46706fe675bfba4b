package org.popcornreplay.protocol;

/** REMOTE_PAGE_REQUEST: {@code struct remote_page_request}. */
public final class PageRequest extends Message {
  /** The requester's wait station. */
  public final int station;

  /** The fault flags; only WRITE (1) and ALLOW_RETRY (4) matter. */
  public final int faultFlags;

  PageRequest(
      MessageType type,
      int from,
      int to,
      int bytes,
      int thread,
      long page,
      int station,
      int faultFlags) {
    super(type, from, to, bytes, thread, page);
    this.station = station;
    this.faultFlags = faultFlags;
  }

  @Override
  void digestPayload(Digest digest) {
    digest.add(station);
    digest.add(faultFlags);
  }

  @Override
  public String detail() {
    return (faultFlags & FaultResult.FLAG_WRITE) != 0 ? "write" : "read";
  }
}
