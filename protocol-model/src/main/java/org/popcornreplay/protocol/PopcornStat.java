package org.popcornreplay.protocol;

/** The counters of one node's /proc/popcorn_stat (stat.c). */
public final class PopcornStat {
  private final long[] sent = new long[MessageType.values().length];
  private final long[] received = new long[MessageType.values().length];
  private final long[] actions = new long[FaultHandleActions.CELLS];
  private long bytesSent;
  private long bytesReceived;
  private long rdmaWritten;
  private long framesLeaked;

  /** Messages of a type that this node has sent; dropped ones count as sent. */
  public long sent(MessageType type) {
    return sent[type.number()];
  }

  /** Messages of a type that this node has received. */
  public long received(MessageType type) {
    return received[type.number()];
  }

  /** Bytes of all messages sent, headers included, RDMA writes not. */
  public long bytesSent() {
    return bytesSent;
  }

  /** Bytes of all messages received. */
  public long bytesReceived() {
    return bytesReceived;
  }

  /** Bytes that this node has written into others by RDMA. */
  public long rdmaWritten() {
    return rdmaWritten;
  }

  /** Frames that a RETRY on a page never populated has leaked on this node (K17). */
  public long framesLeaked() {
    return framesLeaked;
  }

  /** How often the cell {@code index} of the fault-handle action table was looked up. */
  public long action(int index) {
    return actions[index];
  }

  void accountSent(Message message) {
    sent[message.type().number()]++;
    bytesSent += message.bytes();
  }

  void accountReceived(Message message) {
    received[message.type().number()]++;
    bytesReceived += message.bytes();
  }

  void accountRdmaWritten(int bytes) {
    rdmaWritten += bytes;
  }

  void accountFrameLeaked() {
    framesLeaked++;
  }

  void accountAction(int index) {
    actions[index]++;
  }
}
