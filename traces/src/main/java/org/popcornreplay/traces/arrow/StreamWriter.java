package org.popcornreplay.traces.arrow;

import com.github.luben.zstd.ZstdCompressCtx;
import com.google.flatbuffers.FlatBufferBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/**
 * Writes one table as an Arrow IPC stream. Each batch reaches the file with one write, so that a
 * process that is killed leaves whole batches. Buffers are compressed with zstd. Not for several
 * threads at once.
 */
public final class StreamWriter implements Closeable {
  /** The key of a batch's metadata that names the thread whose rows it holds. */
  public static final String THREAD_KEY = "thread";

  /** The key of a batch's metadata that holds what delta columns begin from. */
  public static final String BASE_KEY = "base";

  /** What a column begins with: level 1 with a table that is cleared in no time. */
  private static final int PLAIN = 0;

  /**
   * Level 1 with so small a table that it finds hardly more than runs of zeros. Numbers that do not
   * come again become no longer by it, and take half to two thirds of the time.
   */
  private static final int RUNS = 1;

  /**
   * The first of the levels at which zstd looks for repetitions at every sixth or eighth byte only.
   * Where whole stretches of a column of longs come again, such as the pages or the lines of slice
   * after slice, it finds them at several times the speed of level 1, which falls for the high
   * bytes that neighbours share.
   */
  private static final int STRETCHES = 2;

  private static final int[] ZSTD_LEVELS = {1, 1, -5, -7};

  /** Binary logarithms of the places of the tables, 0 = what zstd takes. */
  private static final int[] ZSTD_TABLES = {11, 6, 0, 0};

  /** Runs alone may take one byte in so many more than level 1. */
  private static final int RUNS_SHARE = 32;

  /** Batches between two comparisons of the levels for a column. */
  private static final int TRIAL_PERIOD = 64;

  /** Batches of fewer rows say nothing about which level is better. */
  private static final int TRIAL_ROWS = 1 << 12;

  private static final int CONTINUATION = -1;

  private final List<Column> columns;
  private final FileChannel channel;
  private final MessageDigest digest = sha256();
  private final ZstdCompressCtx[] zstd =
      IntStream.range(0, ZSTD_LEVELS.length)
          .mapToObj(StreamWriter::compressor)
          .toArray(ZstdCompressCtx[]::new);
  private final int[] levelOf;
  private final int[] buffersOfColumn;
  private int batches;
  private int nextTrial;
  private long position;
  private ByteBuffer plain = direct(1 << 16);
  private ByteBuffer body = direct(1 << 16);

  /** Creates the file, which must not exist, and writes the schema. */
  public StreamWriter(Path file, List<Column> columns) throws IOException {
    this.columns = columns;
    buffersOfColumn = new int[columns.size()];
    levelOf = new int[columns.size()];
    for (int c = 0; c < buffersOfColumn.length; c++) {
      buffersOfColumn[c] = columns.get(c).type() == ColumnType.TEXT ? 3 : 2;
    }
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    append(schemaMessage(columns), null);
  }

  /** Bytes of the file so far. */
  public long bytes() {
    return position;
  }

  /** SHA-256 of what has been written; ends the digest, so call it once, after {@link #end}. */
  public byte[] digest() {
    return digest.digest();
  }

  /**
   * Writes the rows of a batch.
   *
   * @param thread the thread whose rows these are, or -1 where a table is not by thread
   * @param base the value before the first one of a delta column, or 0
   */
  public void write(ColumnBatch batch, int thread, long base) throws IOException {
    int rows = batch.rows();
    int buffers = 0;
    for (int n : buffersOfColumn) {
      buffers += n;
    }
    long[] offsets = new long[buffers];
    long[] lengths = new long[buffers];
    body.clear();
    boolean trial = rows >= TRIAL_ROWS && batches >= nextTrial;
    if (trial) {
      nextTrial = batches + TRIAL_PERIOD;
    }
    batches++;
    int b = 0;
    for (int c = 0; c < buffersOfColumn.length; c++) {
      offsets[b++] = body.position(); // validity: none, no value is null
      offsets[b] = body.position();
      if (isSameAsLast(batch, c, rows)) {
        // b - 2 are the values of the column before, b - 1 this one's validity.
        putAgain((int) offsets[b - 2], (int) lengths[b - 2]);
      } else {
        putValues(batch, c, rows, trial);
      }
      lengths[b] = body.position() - offsets[b];
      b++;
      pad();
      if (columns.get(c).type() == ColumnType.TEXT) {
        offsets[b] = body.position();
        int length = rows == 0 ? 0 : batch.ints(c)[rows];
        plain = atLeast(plain, length);
        plain.clear();
        plain.put(batch.textBytes(c), 0, length);
        compressPlain(PLAIN);
        lengths[b] = body.position() - offsets[b];
        b++;
        pad();
      }
    }
    body.flip();
    ByteBuffer metadata =
        batchMessage(rows, columns.size(), offsets, lengths, body.limit(), thread, base);
    append(metadata, body);
  }

  /** Writes the end-of-stream mark. */
  public void end() throws IOException {
    ByteBuffer end = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    end.putInt(CONTINUATION).putInt(0).flip();
    append(end, null);
  }

  /** Closes the file; without {@link #end} the stream is readable but has no end mark. */
  @Override
  public void close() throws IOException {
    for (ZstdCompressCtx level : zstd) {
      level.close();
    }
    channel.close();
  }

  private void putValues(ColumnBatch batch, int c, int rows, boolean trial) {
    ColumnType type = columns.get(c).type();
    int values = type == ColumnType.TEXT ? rows + 1 : rows;
    plain = atLeast(plain, values * type.width());
    plain.clear();
    switch (type) {
      case U8 -> plain.put(batch.bytes(c) == null ? new byte[0] : batch.bytes(c), 0, values);
      case I32, TEXT -> {
        if (values > 0) {
          plain.asIntBuffer().put(batch.ints(c), 0, values);
        }
        plain.position(values * 4);
      }
      case I64 -> {
        if (values > 0) {
          plain.asLongBuffer().put(batch.longs(c), 0, values);
        }
        plain.position(values * 8);
      }
    }
    if (trial && type == ColumnType.I32) {
      int most = compressedBytes(PLAIN);
      levelOf[c] = compressedBytes(RUNS) <= most + most / RUNS_SHARE ? RUNS : PLAIN;
    } else if (trial && type == ColumnType.I64) {
      levelOf[c] = shortestLevel();
    }
    compressPlain(levelOf[c]);
  }

  private static ZstdCompressCtx compressor(int level) {
    ZstdCompressCtx zstd = new ZstdCompressCtx().setLevel(ZSTD_LEVELS[level]);
    return ZSTD_TABLES[level] == 0 ? zstd : zstd.setHashLog(ZSTD_TABLES[level]);
  }

  private int shortestLevel() {
    int shortest = PLAIN;
    int fewest = compressedBytes(PLAIN);
    for (int level = STRETCHES; level < zstd.length; level++) {
      int bytes = compressedBytes(level);
      if (bytes <= fewest) {
        fewest = bytes;
        shortest = level;
      }
    }
    return shortest;
  }

  /** Bytes that {@code plain} would take in the body. */
  private int compressedBytes(int level) {
    int at = body.position();
    compressPlain(level);
    int bytes = body.position() - at;
    body.position(at);
    return bytes;
  }

  /**
   * Whether a column has the values of the one before it, as those of writes have where all
   * accesses are updates. What became of them need not be found out a second time.
   */
  private boolean isSameAsLast(ColumnBatch batch, int c, int rows) {
    if (c == 0 || rows == 0 || columns.get(c).type() != columns.get(c - 1).type()) {
      return false;
    }
    return switch (columns.get(c).type()) {
      case I32 -> Arrays.equals(batch.ints(c), 0, rows, batch.ints(c - 1), 0, rows);
      case I64 -> Arrays.equals(batch.longs(c), 0, rows, batch.longs(c - 1), 0, rows);
      case U8, TEXT -> false;
    };
  }

  private void putAgain(int from, int bytes) {
    body = withRoom(body, bytes);
    body.put(body.duplicate().position(from).limit(from + bytes));
  }

  /**
   * Appends {@code plain} to the body in Arrow's form: uncompressed length, or -1 where compression
   * does not pay, then the bytes. An empty buffer stays empty.
   */
  private void compressPlain(int level) {
    int length = plain.position();
    if (length == 0) {
      return;
    }
    int bound = length + (length >> 7) + 1024;
    body = withRoom(body, bound + 16);
    int at = body.position();
    int packed = zstd[level].compressDirectByteBuffer(body, at + 8, bound, plain, 0, length);
    if (packed < length) {
      body.putLong(at, length);
      body.position(at + 8 + packed);
    } else {
      body.putLong(at, -1);
      body.position(at + 8);
      body.put(plain.duplicate().flip());
    }
  }

  private void pad() {
    body = withRoom(body, 8);
    while ((body.position() & 7) != 0) {
      body.put((byte) 0);
    }
  }

  private void append(ByteBuffer head, ByteBuffer tail) throws IOException {
    long start = position;
    ByteBuffer[] parts = tail == null ? new ByteBuffer[] {head} : new ByteBuffer[] {head, tail};
    long total = 0;
    for (ByteBuffer part : parts) {
      digest.update(part.duplicate());
      total += part.remaining();
    }
    try {
      long left = total;
      while (left > 0) {
        left -= channel.write(parts);
      }
      position = start + total;
    } catch (IOException e) {
      try {
        channel.truncate(start); // a full disk leaves whole batches
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private static ByteBuffer schemaMessage(List<Column> columns) {
    FlatBufferBuilder b = new FlatBufferBuilder(1024);
    int[] fields = new int[columns.size()];
    for (int c = 0; c < fields.length; c++) {
      Column column = columns.get(c);
      int name = b.createString(column.name());
      int type;
      byte typeType;
      if (column.type() == ColumnType.TEXT) {
        Utf8.startUtf8(b);
        type = Utf8.endUtf8(b);
        typeType = Type.Utf8;
      } else {
        type = Int.createInt(b, column.type().width() * 8, column.type() != ColumnType.U8);
        typeType = Type.Int;
      }
      int children = Field.createChildrenVector(b, new int[0]);
      fields[c] = Field.createField(b, name, false, typeType, type, 0, children, 0);
    }
    int vector = Schema.createFieldsVector(b, fields);
    int schema = Schema.createSchema(b, Endianness.Little, vector, 0, 0);
    b.finish(Message.createMessage(b, MetadataVersion.V5, MessageHeader.Schema, schema, 0, 0));
    return framed(b);
  }

  private static ByteBuffer batchMessage(
      int rows,
      int columns,
      long[] offsets,
      long[] lengths,
      long bodyBytes,
      int thread,
      long base) {
    FlatBufferBuilder b = new FlatBufferBuilder(1024);
    int custom = 0;
    if (thread >= 0) {
      int ofThread = keyValue(b, THREAD_KEY, thread);
      custom =
          Message.createCustomMetadataVector(
              b,
              base == 0 ? new int[] {ofThread} : new int[] {ofThread, keyValue(b, BASE_KEY, base)});
    }
    RecordBatch.startNodesVector(b, columns);
    for (int c = 0; c < columns; c++) {
      FieldNode.createFieldNode(b, rows, 0);
    }
    int nodes = b.endVector();
    RecordBatch.startBuffersVector(b, offsets.length);
    for (int i = offsets.length - 1; i >= 0; i--) {
      Buffer.createBuffer(b, offsets[i], lengths[i]);
    }
    int buffers = b.endVector();
    int compression =
        BodyCompression.createBodyCompression(
            b, CompressionType.ZSTD, BodyCompressionMethod.BUFFER);
    int batch = RecordBatch.createRecordBatch(b, rows, nodes, buffers, compression, 0);
    b.finish(
        Message.createMessage(
            b, MetadataVersion.V5, MessageHeader.RecordBatch, batch, bodyBytes, custom));
    return framed(b);
  }

  private static int keyValue(FlatBufferBuilder b, String key, long value) {
    int name = b.createString(key);
    return KeyValue.createKeyValue(b, name, b.createString(Long.toString(value)));
  }

  private static ByteBuffer framed(FlatBufferBuilder b) {
    ByteBuffer flat = b.dataBuffer();
    int length = (flat.remaining() + 7) & ~7;
    ByteBuffer message = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
    message.putInt(CONTINUATION).putInt(length).put(flat);
    message.position(0).limit(8 + length);
    return message;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer atLeast(ByteBuffer buffer, int bytes) {
    return buffer.capacity() >= bytes ? buffer : direct(Math.max(bytes, 2 * buffer.capacity()));
  }

  private static ByteBuffer withRoom(ByteBuffer buffer, int bytes) {
    if (buffer.remaining() >= bytes) {
      return buffer;
    }
    ByteBuffer larger = direct(Math.max(buffer.position() + bytes, 2 * buffer.capacity()));
    buffer.flip();
    larger.put(buffer);
    return larger;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}
