package org.popcornreplay.protocol;

/** VMA_OP_REQUEST and its reply. */
public final class VmaOperation extends Message {
  /** The requester's wait station. */
  public final int station;

  /** What to do: operation, range and arguments. */
  public final VmaCall call;

  /** 0 or a negative errno, in the reply. */
  public final int result;

  VmaOperation(
      MessageType type,
      int from,
      int to,
      int bytes,
      int thread,
      long page,
      int station,
      VmaCall call,
      int result) {
    super(type, from, to, bytes, thread, page);
    this.station = station;
    this.call = call;
    this.result = result;
  }

  @Override
  void digestPayload(Digest digest) {
    digest.add(station);
    call.digest(digest);
    digest.add(result);
  }

  @Override
  public String detail() {
    return call.operation().label() + (result == 0 ? "" : " " + Outcome.name(result));
  }
}
