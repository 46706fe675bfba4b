package org.popcornreplay.replay.store;

/** What went in and out of one node, and what its cores did. */
final class NodeTally {
  long bytesSent;
  long bytesReceived;
  long messagesSent;
  long messagesReceived;
  int cores;
  long busyNanos;
  long kernelNanos;
  long rdmaBytesWritten;
  long[] handleActions = {};

  void sends(int bytes) {
    bytesSent += bytes;
    messagesSent++;
  }

  void receives(int bytes) {
    bytesReceived += bytes;
    messagesReceived++;
  }

  /** What is known of it at the end; see {@link StoreListener#describeNode}. */
  void describe(int itsCores, long busy, long kernel, long rdmaWritten, long[] actions) {
    cores = itsCores;
    busyNanos = busy;
    kernelNanos = kernel;
    rdmaBytesWritten = rdmaWritten;
    handleActions = actions.clone();
  }
}
