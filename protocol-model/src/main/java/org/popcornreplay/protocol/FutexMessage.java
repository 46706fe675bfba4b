package org.popcornreplay.protocol;

/** FUTEX_REQUEST and its reply. */
public final class FutexMessage extends Message {
  /** The requester's wait station. */
  public final int station;

  /** What to do. */
  public final FutexCall call;

  /** What do_futex returned, in the reply. */
  public final int result;

  FutexMessage(
      MessageType type,
      int from,
      int to,
      int bytes,
      int thread,
      long page,
      int station,
      FutexCall call,
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
    return call.operation() + (result == 0 ? "" : " " + Outcome.name(result));
  }
}
