package org.popcornreplay.protocol;

/** REMOTE_PAGE_REQUEST: {@code struct remote_page_request}. */
public final class PageRequest extends Message {
  /** The requester's wait station. */
  public final int station;

  /** The fault flags; only WRITE (1) and ALLOW_RETRY (4) matter. */
  public final int faultFlags;

  /** FORWARDING: who gets the page directly; -1 in the kernel. */
  public final int forwardTo;

  /** FORWARDING: the wait station there. */
  public final int forwardStation;

  PageRequest(
      MessageType type,
      int from,
      int to,
      int bytes,
      int thread,
      long page,
      int station,
      int faultFlags,
      int forwardTo,
      int forwardStation) {
    super(type, from, to, bytes, thread, page);
    this.station = station;
    this.faultFlags = faultFlags;
    this.forwardTo = forwardTo;
    this.forwardStation = forwardStation;
  }

  @Override
  void digestPayload(Digest digest) {
    digest.add(station);
    digest.add(faultFlags).addNode(forwardTo).add(forwardStation);
  }

  @Override
  public String detail() {
    return (faultFlags & FaultResult.FLAG_WRITE) != 0 ? "write" : "read";
  }
}
