package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/** Takes the capture tool's stream apart into records: type, length, payload, little-endian. */
final class RecordReader {
  /** Longest payload that the tool sends, in bytes. */
  static final int MAX_PAYLOAD_BYTES = 1 << 18;

  private static final int HEAD_BYTES = 8;

  private final ReadableByteChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private int type;
  private int at;
  private int bytes;

  RecordReader(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /** Goes to the next record; false at the end of the stream, also where it ends inside of one. */
  boolean next() throws IOException {
    buffer.position(at + bytes);
    if (!fill(HEAD_BYTES)) {
      return false;
    }
    type = buffer.getInt(buffer.position());
    bytes = buffer.getInt(buffer.position() + 4);
    if (bytes < 0 || bytes > MAX_PAYLOAD_BYTES || (bytes & 7) != 0) {
      throw new IOException("capture stream: record of bytes=" + bytes);
    }
    if (!fill(HEAD_BYTES + bytes)) {
      bytes = 0;
      return false;
    }
    at = buffer.position() + HEAD_BYTES;
    return true;
  }

  /** The type of the record. */
  int type() {
    return type;
  }

  /** The length of its payload. */
  int bytes() {
    return bytes;
  }

  long wide(int offset) {
    return buffer.getLong(at + offset);
  }

  int number(int offset) {
    return buffer.getInt(at + offset);
  }

  short small(int offset) {
    return buffer.getShort(at + offset);
  }

  /** The text from an offset to the next NUL or the end of the payload. */
  String text(int offset) {
    int end = offset;
    while (end < bytes && buffer.get(at + end) != 0) {
      end++;
    }
    return text(offset, end - offset);
  }

  String text(int offset, int length) {
    byte[] text = new byte[length];
    buffer.get(at + offset, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  /** Fails where the payload is shorter than a record of its type must be. */
  void expect(long length) throws IOException {
    if (length < 0 || length > bytes) {
      throw new IOException(
          "capture stream: record type=" + type + " bytes=" + bytes + ", expected " + length);
    }
  }

  private boolean fill(int wanted) throws IOException {
    if (buffer.remaining() >= wanted) {
      return true;
    }
    buffer.compact();
    at = 0;
    while (buffer.position() < wanted) {
      if (channel.read(buffer) < 0) {
        buffer.flip();
        return false;
      }
    }
    buffer.flip();
    return true;
  }
}
