package org.popcornreplay.protocol;

/** PAGE_INVALIDATE_REQUEST and its reply. */
public final class PageInvalidation extends Message {
  /** The origin's wait station. */
  public final int station;

  PageInvalidation(
      MessageType type, int from, int to, int bytes, int thread, long page, int station) {
    super(type, from, to, bytes, thread, page);
    this.station = station;
  }

  @Override
  void digestPayload(Digest digest) {
    digest.add(station);
  }
}
