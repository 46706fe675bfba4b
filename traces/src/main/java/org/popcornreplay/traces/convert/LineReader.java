package org.popcornreplay.traces.convert;

import java.io.IOException;
import java.io.InputStream;

/**
 * The lines of a text as bytes, one at a time in one array: a trace of another tool may have
 * hundreds of millions. What a line has beyond the longest length is dropped.
 */
final class LineReader {
  private final InputStream in;
  private final byte[] block = new byte[1 << 16];
  private int blockAt;
  private int blockEnd;
  private final byte[] text;
  private int length;
  private long line;

  LineReader(InputStream in, int longest) {
    this.in = in;
    text = new byte[longest];
  }

  /** Goes to the next line; false at the end of the text. */
  boolean next() throws IOException {
    length = 0;
    if (blockAt == blockEnd && !fill()) {
      return false;
    }
    line++;
    do {
      byte c = block[blockAt++];
      if (c == '\n') {
        return true;
      }
      if (length < text.length) {
        text[length++] = c;
      }
    } while (blockAt < blockEnd || fill());
    return true;
  }

  private boolean fill() throws IOException {
    blockAt = 0;
    blockEnd = Math.max(0, in.read(block));
    return blockEnd > 0;
  }

  /** The line without its end, in the first {@link #length} bytes; the next line overwrites it. */
  byte[] text() {
    return text;
  }

  /** Bytes of the line. */
  int length() {
    return length;
  }

  /** The line's number, from 1. */
  long line() {
    return line;
  }
}
