package org.popcornreplay.replay.padding;

/**
 * What became of one thing that was asked for.
 *
 * @param text as it was asked for
 * @param objects variables or heap blocks that it means
 * @param parts pieces into which they were cut
 * @param pages pages that these have now
 * @param foreignBytes bytes of other data in their 64-byte lines, which move with them
 */
public record PaddedTarget(String text, int objects, int parts, long pages, long foreignBytes) {}
