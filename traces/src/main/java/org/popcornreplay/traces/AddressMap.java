package org.popcornreplay.traces;

/** Where an access of a recording shall lie: says it of one access after another of a thread. */
@FunctionalInterface
public interface AddressMap {
  /**
   * The address that stands in place of the recorded one.
   *
   * @param bytes size of the access
   * @param writes whether it writes
   * @param sequence the thread's last event before the access; -1 before the first
   */
  long place(int thread, long address, int bytes, boolean writes, long sequence);
}
