package org.popcornreplay.traces.arrow;

/**
 * Where a batch lies in its file.
 *
 * @param thread the thread whose rows it holds, or -1
 * @param offset position of its message in the file
 * @param bytes size of the message, metadata and body
 * @param rows its rows
 * @param base the value before the first one of a delta column, or 0
 */
public record BatchPlace(int thread, long offset, long bytes, int rows, long base) {}
