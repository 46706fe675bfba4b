package org.popcornreplay.replay.padding;

/**
 * An object that shall have pages of its own.
 *
 * @param target what it was asked by
 * @param kind {@code variable} or {@code heap}
 * @param block the first of its blocks in the history, or -1 for a variable
 */
record Extent(
    PadTarget target,
    String kind,
    String name,
    long address,
    long bytes,
    int block,
    int thread,
    String site,
    long siteIp) {
  long end() {
    return address + bytes;
  }
}
