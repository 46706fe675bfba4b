package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/** Takes the capture tool's stream apart into records: type, length, payload, little-endian. */
final class RecordReader {
  /** Longest payload that the tool sends, in bytes. */
  static final int MAX_PAYLOAD_BYTES = 1 << 18;

  private static final int HEAD_BYTES = 8;
  private static final VarHandle WIDE = view(long[].class);
  private static final VarHandle NUMBER = view(int[].class);
  private static final VarHandle SMALL = view(short[].class);

  private final ReadableByteChannel channel;
  private static final int BUFFER_BYTES = 1 << 20;

  /** Longer than the buffer, so that a few words can be read from its end. */
  private final byte[] array = new byte[BUFFER_BYTES + 8 * Long.BYTES];

  private final ByteBuffer buffer = ByteBuffer.wrap(array, 0, BUFFER_BYTES).slice().limit(0);
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
    type = (int) NUMBER.get(array, buffer.position());
    bytes = (int) NUMBER.get(array, buffer.position() + 4);
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

  /** What holds the payload, from {@link #arrayOffset}. */
  byte[] array() {
    return array;
  }

  /** Where the payload begins in {@link #array}. */
  int arrayOffset() {
    return at;
  }

  long wide(int offset) {
    return wideAt(array, at + offset);
  }

  static long wideAt(byte[] array, int index) {
    return (long) WIDE.get(array, index);
  }

  int number(int offset) {
    return (int) NUMBER.get(array, at + offset);
  }

  short small(int offset) {
    return (short) SMALL.get(array, at + offset);
  }

  /** The text from an offset to the next NUL or the end of the payload. */
  String text(int offset) {
    int end = offset;
    while (end < bytes && array[at + end] != 0) {
      end++;
    }
    return text(offset, end - offset);
  }

  String text(int offset, int length) {
    return new String(array, at + offset, length, StandardCharsets.UTF_8);
  }

  /** Fails where the payload is shorter than a record of its type must be. */
  void expect(long length) throws IOException {
    if (length < 0 || length > bytes) {
      throw new IOException(
          "capture stream: record type=" + type + " bytes=" + bytes + ", expected " + length);
    }
  }

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
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
