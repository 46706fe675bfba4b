package org.popcornreplay.traces.arrow;

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
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
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

  /** Batches between two comparisons of the levels for a column. */
  private static final int TRIAL_PERIOD = 64;

  /** Batches of fewer rows say nothing about which level is better. */
  private static final int TRIAL_ROWS = 1 << 12;

  private static final int CONTINUATION = -1;

  private final List<Column> columns;
  private final FileChannel channel;
  private final MessageDigest digest = sha256();
  private final PackedColumns[] parts;
  private volatile boolean together;
  private int batches;
  private int nextTrial;
  private long position;

  /** Creates the file, which must not exist, and writes the schema. */
  public StreamWriter(Path file, List<Column> columns) throws IOException {
    this.columns = columns;
    int middle = middle(columns);
    parts =
        new PackedColumns[] {
          new PackedColumns(columns, 0, middle), new PackedColumns(columns, middle, columns.size())
        };
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    append(schemaMessage(columns));
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
    boolean trial = rows >= TRIAL_ROWS && batches >= nextTrial;
    if (trial) {
      nextTrial = batches + TRIAL_PERIOD;
    }
    batches++;
    if (together && rows >= TRIAL_ROWS) {
      ForkJoinTask<?> second = ForkJoinPool.commonPool().submit(() -> parts[1].pack(batch, trial));
      parts[0].pack(batch, trial);
      second.join();
    } else {
      for (PackedColumns part : parts) {
        part.pack(batch, trial);
      }
    }
    append(batchMessage(rows, thread, base), parts[0].body(), parts[1].body());
  }

  /**
   * Says that processors are free from now on: two of them pack large batches. What is written is
   * the same. May be called by another thread.
   */
  public void packTogether() {
    together = true;
  }

  /**
   * Where the second part of the columns begins: near the middle, and not within columns of one
   * type, of which some are often the same.
   */
  private static int middle(List<Column> columns) {
    int size = columns.size();
    int best = 0;
    for (int c = 1; c < size; c++) {
      if (columns.get(c).type() != columns.get(c - 1).type()
          && Math.abs(2 * c - size) < Math.abs(2 * best - size)) {
        best = c;
      }
    }
    return best;
  }

  /** Writes the end-of-stream mark. */
  public void end() throws IOException {
    ByteBuffer end = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    end.putInt(CONTINUATION).putInt(0).flip();
    append(end);
  }

  /** Closes the file; without {@link #end} the stream is readable but has no end mark. */
  @Override
  public void close() throws IOException {
    for (PackedColumns part : parts) {
      part.close();
    }
    channel.close();
  }

  private void append(ByteBuffer... pieces) throws IOException {
    long start = position;
    long total = 0;
    for (ByteBuffer part : pieces) {
      digest.update(part.duplicate());
      total += part.remaining();
    }
    try {
      long left = total;
      while (left > 0) {
        left -= channel.write(pieces);
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

  private ByteBuffer batchMessage(int rows, int thread, long base) {
    FlatBufferBuilder b = new FlatBufferBuilder(1024);
    int custom = 0;
    if (thread >= 0) {
      int ofThread = keyValue(b, THREAD_KEY, thread);
      custom =
          Message.createCustomMetadataVector(
              b,
              base == 0 ? new int[] {ofThread} : new int[] {ofThread, keyValue(b, BASE_KEY, base)});
    }
    RecordBatch.startNodesVector(b, columns.size());
    for (int c = 0; c < columns.size(); c++) {
      FieldNode.createFieldNode(b, rows, 0);
    }
    int nodes = b.endVector();
    int first = parts[0].body().limit();
    RecordBatch.startBuffersVector(b, parts[0].buffers() + parts[1].buffers());
    for (int i = parts[1].buffers() - 1; i >= 0; i--) {
      Buffer.createBuffer(b, first + parts[1].offset(i), parts[1].length(i));
    }
    for (int i = parts[0].buffers() - 1; i >= 0; i--) {
      Buffer.createBuffer(b, parts[0].offset(i), parts[0].length(i));
    }
    int buffers = b.endVector();
    int compression =
        BodyCompression.createBodyCompression(
            b, CompressionType.ZSTD, BodyCompressionMethod.BUFFER);
    int batch = RecordBatch.createRecordBatch(b, rows, nodes, buffers, compression, 0);
    b.finish(
        Message.createMessage(
            b,
            MetadataVersion.V5,
            MessageHeader.RecordBatch,
            batch,
            (long) first + parts[1].body().limit(),
            custom));
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

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}
