package org.popcornreplay.traces.arrow;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.popcornreplay.traces.cli.CommandException;

/**
 * Reads a table from an Arrow IPC stream, batch by batch. Trusts nothing: every length is checked
 * against the file and the expected columns before memory is taken; what does not fit ends with a
 * {@link CommandException} that names file, position and value. Not for several threads at once.
 */
public final class StreamFile implements Closeable {
  /** The most rows a batch may have. */
  public static final int MAX_BATCH_ROWS = 1 << 20;

  /** The most bytes a text column of a batch may have. */
  public static final int MAX_TEXT_BYTES = 1 << 26;

  private static final int MAX_METADATA_BYTES = 1 << 20;
  private static final int CONTINUATION = -1;

  private final Path file;
  private final List<Column> columns;
  private final FileChannel channel;
  private final long size;
  private final long firstBatch;
  private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
  private ByteBuffer raw = direct(1 << 12);
  private ByteBuffer plain = direct(1 << 12);

  /** Opens the file and checks that its schema is the expected one. */
  public StreamFile(Path file, List<Column> columns) {
    this.file = file;
    this.columns = columns;
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw CommandException.badInput(file + ": missing, expected a regular file");
    }
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      throw unreadable(e);
    }
    try {
      size = channel.size();
      ByteBuffer metadata = metadataAt(0);
      if (metadata == null) {
        throw fault(0, "schema=none, expected the schema message of an Arrow IPC stream");
      }
      checkSchema(metadata);
      firstBatch = 8L + metadata.limit();
    } catch (IOException e) {
      closeQuietly();
      throw unreadable(e);
    } catch (RuntimeException e) {
      closeQuietly();
      throw e;
    }
  }

  /** Bytes of the file when it was opened. */
  public long size() {
    return size;
  }

  /**
   * Finds all batches by their metadata alone.
   *
   * @param tolerant true where the file may be cut (an incomplete trace): the batches before the
   *     cut count; false where anything but whole batches and the end mark is an error
   */
  public List<BatchPlace> scan(boolean tolerant) {
    List<BatchPlace> places = new ArrayList<>();
    long at = firstBatch;
    try {
      while (true) {
        if (tolerant && size - at < 8) {
          return places;
        }
        ByteBuffer metadata;
        BatchPlace place;
        try {
          metadata = metadataAt(at);
          if (metadata == null) {
            if (!tolerant && at + 8 != size) {
              throw fault(at, "end mark, but " + (size - at - 8) + " bytes follow, expected none");
            }
            return places;
          }
          place = place(metadata, at);
        } catch (CommandException e) {
          if (tolerant) {
            return places;
          }
          throw e;
        }
        places.add(place);
        at += place.bytes();
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Reads the batch at a place into the arrays of {@code target}. */
  public void read(BatchPlace place, ColumnBatch target) {
    try {
      if (place.offset() < firstBatch
          || place.bytes() < 16
          || place.offset() > size - place.bytes()) {
        throw fault(place.offset(), "batch of bytes=" + place.bytes() + ", file has " + size);
      }
      ByteBuffer metadata = metadataAt(place.offset());
      if (metadata == null) {
        throw fault(place.offset(), "end mark, expected a batch");
      }
      BatchPlace found = place(metadata, place.offset());
      if (!found.equals(place)) {
        throw fault(place.offset(), "batch=" + found + ", expected " + place);
      }
      long bodyAt = place.offset() + 8 + metadata.limit();
      int bodyBytes = Math.toIntExact(place.bytes() - 8 - metadata.limit());
      raw = read(raw, bodyAt, bodyBytes);
      try {
        decode(metadata, target, place);
      } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
        throw fault(place.offset(), "metadata that points outside of itself", e);
      } catch (ZstdException e) {
        throw fault(place.offset(), "zstd: " + e.getMessage(), e);
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public void close() {
    closeQuietly();
  }

  private void closeQuietly() {
    zstd.close();
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was written; a failed close of a reader changes nothing.
    }
  }

  private void decode(ByteBuffer metadata, ColumnBatch target, BatchPlace place) {
    RecordBatch batch = recordBatch(Message.getRootAsMessage(metadata), place.offset());
    boolean compressed = batch.compression() != null;
    if (compressed) {
      BodyCompression c = batch.compression();
      if (c.codec() != CompressionType.ZSTD || c.method() != BodyCompressionMethod.BUFFER) {
        throw fault(place.offset(), "compression codec=" + c.codec() + ", expected zstd (1)");
      }
    }
    int buffers = 0;
    for (Column column : columns) {
      buffers += column.type() == ColumnType.TEXT ? 3 : 2;
    }
    if (batch.nodesLength() != columns.size() || batch.buffersLength() != buffers) {
      throw fault(
          place.offset(),
          "columns="
              + batch.nodesLength()
              + " buffers="
              + batch.buffersLength()
              + ", expected "
              + columns.size()
              + " and "
              + buffers);
    }
    int rows = place.rows();
    target.reserve(rows);
    FieldNode node = new FieldNode();
    int b = 0;
    for (int c = 0; c < columns.size(); c++) {
      batch.nodes(node, c);
      if (node.length() != rows || node.nullCount() != 0) {
        throw fault(
            place.offset(),
            "column "
                + columns.get(c).name()
                + ": length="
                + node.length()
                + " nulls="
                + node.nullCount()
                + ", expected "
                + rows
                + " and 0");
      }
      b++; // validity: no nulls, whatever it holds
      ColumnType type = columns.get(c).type();
      int values = type == ColumnType.TEXT && rows > 0 ? rows + 1 : rows;
      long length = (long) values * type.width();
      int at = unpack(batch.buffers(b++), compressed, length, length, place, c);
      ByteBuffer from = unpacked.slice(at, (int) length).order(ByteOrder.LITTLE_ENDIAN);
      switch (type) {
        case U8 -> from.get(target.bytes(c), 0, values);
        case I32 -> from.asIntBuffer().get(target.ints(c), 0, values);
        case I64 -> from.asLongBuffer().get(target.longs(c), 0, values);
        case TEXT -> {
          int[] offsets = target.ints(c);
          from.asIntBuffer().get(offsets, 0, values);
          int end = checkOffsets(offsets, rows, place, c);
          int textAt = unpack(batch.buffers(b++), compressed, end, MAX_TEXT_BYTES, place, c);
          byte[] utf8 = new byte[end];
          unpacked.slice(textAt, end).get(utf8);
          target.setTextBytes(c, utf8);
        }
      }
    }
    target.setRows(rows);
  }

  private int checkOffsets(int[] offsets, int rows, BatchPlace place, int c) {
    if (rows == 0) {
      offsets[0] = 0;
      return 0;
    }
    int last = 0;
    for (int i = 0; i <= rows; i++) {
      if (offsets[i] < last || (i == 0 && offsets[i] != 0) || offsets[i] > MAX_TEXT_BYTES) {
        throw fault(
            place.offset(),
            "column "
                + columns.get(c).name()
                + ": text offset="
                + offsets[i]
                + ", expected "
                + last
                + " or more, at most "
                + MAX_TEXT_BYTES);
      }
      last = offsets[i];
    }
    return last;
  }

  private ByteBuffer unpacked;

  /** Makes the buffer's content available in {@link #unpacked} and returns where it begins. */
  private int unpack(
      Buffer buffer, boolean compressed, long wanted, long most, BatchPlace place, int c) {
    long offset = buffer.offset();
    long length = buffer.length();
    if (offset < 0 || length < 0 || offset > raw.limit() - length) {
      throw fault(
          place.offset(),
          "column "
              + columns.get(c).name()
              + ": buffer offset="
              + offset
              + " length="
              + length
              + ", expected inside the body of "
              + raw.limit());
    }
    int at = (int) offset;
    int packed = (int) length;
    long plainBytes = packed;
    if (compressed && packed > 0) {
      if (packed < 8) {
        throw fault(
            place.offset(),
            "column "
                + columns.get(c).name()
                + ": buffer length="
                + packed
                + ", expected 8 or more");
      }
      plainBytes = raw.getLong(at);
      at += 8;
      packed -= 8;
      if (plainBytes == -1) {
        compressed = false;
        plainBytes = packed;
      }
    } else {
      compressed = false;
    }
    // Arrow writers may pad or leave an empty buffer for no rows.
    if (plainBytes < wanted || plainBytes > most + 64) {
      throw fault(
          place.offset(),
          "column " + columns.get(c).name() + ": bytes=" + plainBytes + ", expected " + wanted);
    }
    if (!compressed) {
      unpacked = raw;
      return at;
    }
    int bytes = (int) plainBytes;
    plain = plain.capacity() >= bytes ? plain : direct(Math.max(bytes, 2 * plain.capacity()));
    long claimed = Zstd.getDirectByteBufferFrameContentSize(raw, at, packed);
    if (claimed >= 0 && claimed != bytes) {
      throw fault(
          place.offset(),
          "column "
              + columns.get(c).name()
              + ": zstd frame of bytes="
              + claimed
              + ", expected "
              + bytes);
    }
    int got = zstd.decompressDirectByteBuffer(plain, 0, bytes, raw, at, packed);
    if (got != bytes) {
      throw fault(
          place.offset(),
          "column " + columns.get(c).name() + ": bytes=" + got + ", expected " + bytes);
    }
    unpacked = plain;
    return 0;
  }

  private BatchPlace place(ByteBuffer metadata, long at) {
    try {
      Message message = Message.getRootAsMessage(metadata);
      RecordBatch batch = recordBatch(message, at);
      long rows = batch.length();
      if (rows < 0 || rows > MAX_BATCH_ROWS) {
        throw fault(at, "rows=" + rows + ", expected 0 to " + MAX_BATCH_ROWS);
      }
      long bodyAt = at + 8 + metadata.limit();
      long body = message.bodyLength();
      if (body < 0 || body > size - bodyAt || body > Integer.MAX_VALUE - 64) {
        throw fault(at, "body bytes=" + body + ", file has " + (size - bodyAt) + " left");
      }
      return new BatchPlace(
          (int) keyed(message, StreamWriter.THREAD_KEY, -1, 999_999_999, at),
          at,
          8L + metadata.limit() + body,
          (int) rows,
          keyed(message, StreamWriter.BASE_KEY, 0, Long.MAX_VALUE, at));
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw fault(at, "metadata that points outside of itself", e);
    }
  }

  private RecordBatch recordBatch(Message message, long at) {
    if (message.headerType() != MessageHeader.RecordBatch) {
      throw fault(at, "message type=" + message.headerType() + ", expected a record batch (3)");
    }
    RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
    if (batch == null) {
      throw fault(at, "message without header, expected a record batch");
    }
    return batch;
  }

  /** A number in the batch's metadata, or {@code missing} where it has none. */
  private long keyed(Message message, String key, long missing, long most, long at) {
    int keys = message.customMetadataLength();
    if (keys > 64) {
      throw fault(at, "metadata keys=" + keys + ", expected at most 64");
    }
    for (int i = 0; i < keys; i++) {
      KeyValue pair = message.customMetadata(i);
      if (key.equals(pair.key())) {
        String value = pair.value();
        if (value == null || !value.matches("[0-9]{1,18}") || Long.parseLong(value) > most) {
          throw fault(at, key + "=" + printable(value) + ", expected 0 to " + most);
        }
        return Long.parseLong(value);
      }
    }
    return missing;
  }

  private void checkSchema(ByteBuffer metadata) {
    try {
      Message message = Message.getRootAsMessage(metadata);
      if (message.headerType() != MessageHeader.Schema) {
        throw fault(0, "message type=" + message.headerType() + ", expected a schema (1)");
      }
      Schema schema = (Schema) message.header(new Schema());
      if (schema == null || schema.endianness() != 0 || schema.fieldsLength() != columns.size()) {
        throw fault(
            0,
            "columns="
                + (schema == null ? 0 : schema.fieldsLength())
                + ", expected "
                + columns.size()
                + " little-endian ones");
      }
      for (int c = 0; c < columns.size(); c++) {
        Column column = columns.get(c);
        Field field = schema.fields(c);
        boolean same = column.name().equals(field.name()) && field.dictionary() == null;
        if (column.type() == ColumnType.TEXT) {
          same &= field.typeType() == Type.Utf8;
        } else {
          Int type = field.typeType() == Type.Int ? (Int) field.type(new Int()) : null;
          same &=
              type != null
                  && type.bitWidth() == column.type().width() * 8
                  && type.isSigned() == (column.type() != ColumnType.U8);
        }
        if (!same) {
          throw fault(
              0,
              "column "
                  + c
                  + "="
                  + printable(field.name())
                  + ", expected "
                  + column.name()
                  + " "
                  + column.type());
        }
      }
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw fault(0, "schema that points outside of itself", e);
    }
  }

  /** The flatbuffer at a position, or null for the end mark. */
  private ByteBuffer metadataAt(long at) throws IOException {
    if (at < 0 || size - at < 8) {
      throw fault(at, "bytes=" + Math.max(0, size - at) + ", expected a message: file is cut");
    }
    ByteBuffer head = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    fill(head, at);
    int mark = head.getInt(0);
    int length = head.getInt(4);
    if (mark != CONTINUATION) {
      throw fault(at, "magic=0x" + Integer.toHexString(mark) + ", expected 0xffffffff");
    }
    if (length == 0) {
      return null;
    }
    if (length < 8 || length > MAX_METADATA_BYTES || (length & 7) != 0) {
      throw fault(
          at,
          "metadata bytes=" + length + ", expected a multiple of 8 up to " + MAX_METADATA_BYTES);
    }
    if (length > size - at - 8) {
      throw fault(
          at, "metadata bytes=" + length + ", file has " + (size - at - 8) + ": file is cut");
    }
    ByteBuffer metadata = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    fill(metadata, at + 8);
    metadata.flip();
    return metadata;
  }

  private ByteBuffer read(ByteBuffer buffer, long at, int bytes) throws IOException {
    ByteBuffer into =
        buffer.capacity() >= bytes
            ? buffer
            : direct((int) Math.max(bytes, Math.min(size, 2L * buffer.capacity())));
    into.clear().limit(bytes);
    fill(into, at);
    into.flip();
    return into;
  }

  private void fill(ByteBuffer buffer, long at) throws IOException {
    long from = at;
    while (buffer.hasRemaining()) {
      int got = channel.read(buffer, from);
      if (got < 0) {
        throw fault(
            from, "end of file, expected " + buffer.remaining() + " bytes more: file is cut");
      }
      from += got;
    }
  }

  private CommandException fault(long at, String what) {
    return fault(at, what, null);
  }

  private CommandException fault(long at, String what, Throwable cause) {
    return CommandException.badInput(file + ": at byte " + at + ": " + what, cause);
  }

  private CommandException unreadable(IOException e) {
    return CommandException.badInput(
        file + ": cannot be read: " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
  }

  private static String printable(String text) {
    if (text == null) {
      return "none";
    }
    String cut = text.length() > 40 ? text.substring(0, 40) + "…" : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
