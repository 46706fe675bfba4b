package org.popcornreplay.tracer.capture;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/** The primitive values of the tool's stream: little-endian numbers and counted texts. */
final class Wire {
  /** Longest text that the tool sends, in bytes. */
  static final int MAX_TEXT_BYTES = 4095;

  private final ReadableByteChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long bytes;

  Wire(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /** Bytes read so far. */
  long bytes() {
    return bytes;
  }

  /** False at the clean end of the stream. */
  boolean more() throws IOException {
    return buffer.hasRemaining() || fill(1);
  }

  /** Makes a fixed part of a record available. */
  ByteBuffer fixed(int length) throws IOException {
    if (buffer.remaining() < length && !fill(length)) {
      throw new EOFException("the capture tool's stream ends inside a record");
    }
    bytes += length;
    return buffer;
  }

  int number() throws IOException {
    return fixed(Integer.BYTES).getInt();
  }

  long wide() throws IOException {
    return fixed(Long.BYTES).getLong();
  }

  String text() throws IOException {
    int length = number();
    if (length < 0 || length > MAX_TEXT_BYTES) {
      throw new IOException("text: bytes=" + length + ", expected 0 to " + MAX_TEXT_BYTES);
    }
    byte[] text = new byte[length];
    fixed(length).get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private boolean fill(int length) throws IOException {
    buffer.compact();
    while (buffer.position() < length) {
      if (channel.read(buffer) < 0) {
        buffer.flip();
        return false;
      }
    }
    buffer.flip();
    return true;
  }
}
