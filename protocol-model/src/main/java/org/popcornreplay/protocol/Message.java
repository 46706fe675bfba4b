package org.popcornreplay.protocol;

/**
 * One message on its way. The header is {@code struct pcn_kmsg_hdr}; the payload fields that the
 * model needs are public final fields of the subclasses that the servers send, as in pcn_kmsg.h.
 */
public class Message implements Digestible {
  private final MessageType type;
  private final int from;
  private final int to;
  private final int bytes;
  private final int thread;
  private final long page;
  private long sequence = -1;
  private long sentNanos = -1;
  private long deliveredNanos = -1;

  /** No page belongs to the message. */
  public static final long NO_PAGE = -1;

  /** No thread belongs to the message. */
  public static final int NO_THREAD = -1;

  /**
   * A message.
   *
   * @param thread the thread on whose behalf it is sent, or {@link #NO_THREAD}
   * @param page the page number it is about, or {@link #NO_PAGE}
   */
  public Message(MessageType type, int from, int to, int bytes, int thread, long page) {
    this.type = type;
    this.from = from;
    this.to = to;
    this.bytes = bytes;
    this.thread = thread;
    this.page = page;
  }

  /**
   * The world notes when it carried the message; the protocol does not care.
   *
   * @param sequenceNumber the number of the message in the order of sending
   */
  public final void stamp(long sequenceNumber, long sent, long delivered) {
    sequence = sequenceNumber;
    sentNanos = sent;
    deliveredNanos = delivered;
  }

  /** Its number in the order of sending, once stamped. */
  public final long sequence() {
    return sequence;
  }

  /** When it was put into the send queue, once stamped. */
  public final long sentNanos() {
    return sentNanos;
  }

  /** When its last byte reached the receiver, once stamped. */
  public final long deliveredNanos() {
    return deliveredNanos;
  }

  /** Its type. */
  public final MessageType type() {
    return type;
  }

  /** The sending node. */
  public final int from() {
    return from;
  }

  /** The receiving node. */
  public final int to() {
    return to;
  }

  /** Size on the wire in bytes, header included. */
  public final int bytes() {
    return bytes;
  }

  /** The thread on whose behalf it is sent, or {@link #NO_THREAD}. */
  public final int thread() {
    return thread;
  }

  /** The page number it is about, or {@link #NO_PAGE}. */
  public final long page() {
    return page;
  }

  @Override
  public final void digest(Digest digest) {
    digest.add(type.number()).addNode(from).addNode(to).addThread(thread).add(page);
    digestPayload(digest);
  }

  /** Folds the payload. */
  void digestPayload(Digest digest) {}

  /** What a reader of a message chart wants to know of the payload; may be empty. */
  public String detail() {
    return "";
  }

  @Override
  public String toString() {
    String detail = detail();
    return from + ">" + to + ":" + type + (detail.isEmpty() ? "" : " " + detail);
  }
}
