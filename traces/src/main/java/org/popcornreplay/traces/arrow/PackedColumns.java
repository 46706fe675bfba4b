package org.popcornreplay.traces.arrow;

import com.github.luben.zstd.ZstdCompressCtx;
import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Neighbouring columns of a batch as they lie in its body: compressed with zstd, one behind the
 * other, each at the level that suits its values. Not for several threads at once.
 */
final class PackedColumns implements AutoCloseable {
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

  /** Lengths of zeros whose packed form is kept. */
  private static final int MOST_ZEROS = 16;

  /** Runs alone may take one byte in so many more than level 1. */
  private static final int RUNS_SHARE = 32;

  private final List<Column> columns;
  private final int from;
  private final int to;
  private final ZstdCompressCtx[] zstd =
      IntStream.range(0, ZSTD_LEVELS.length)
          .mapToObj(PackedColumns::compressor)
          .toArray(ZstdCompressCtx[]::new);
  private final int[] levelOf;
  private final Int2ObjectOpenHashMap<byte[]> zeros = new Int2ObjectOpenHashMap<>();
  private final long[] offsets;
  private final long[] lengths;
  private ByteBuffer plain = direct(1 << 16);
  private ByteBuffer body = direct(1 << 16);

  /** The columns from one to before another. */
  PackedColumns(List<Column> columns, int from, int to) {
    this.columns = columns;
    this.from = from;
    this.to = to;
    levelOf = new int[columns.size()];
    int buffers = 0;
    for (int c = from; c < to; c++) {
      buffers += columns.get(c).type() == ColumnType.TEXT ? 3 : 2;
    }
    offsets = new long[buffers];
    lengths = new long[buffers];
  }

  /**
   * Packs the rows of a batch.
   *
   * @param trial whether levels are compared for each column
   */
  void pack(ColumnBatch batch, boolean trial) {
    int rows = batch.rows();
    body.clear();
    int b = 0;
    for (int c = from; c < to; c++) {
      offsets[b++] = body.position(); // validity: none, no value is null
      offsets[b] = body.position();
      if (batch.isZero(c)) {
        putZeros(rows * columns.get(c).type().width());
      } else if (isSameAsLast(batch, c, rows)) {
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
  }

  /** What was packed last, a multiple of eight bytes. */
  ByteBuffer body() {
    return body;
  }

  /** Arrow's buffers of these columns. */
  int buffers() {
    return offsets.length;
  }

  /** Where a buffer begins in {@link #body}. */
  long offset(int buffer) {
    return offsets[buffer];
  }

  /** The bytes of a buffer. */
  long length(int buffer) {
    return lengths[buffer];
  }

  @Override
  public void close() {
    for (ZstdCompressCtx level : zstd) {
      level.close();
    }
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
    if (c == from || rows == 0 || columns.get(c).type() != columns.get(c - 1).type()) {
      return false;
    }
    return switch (columns.get(c).type()) {
      case I32 -> Arrays.equals(batch.ints(c), 0, rows, batch.ints(c - 1), 0, rows);
      case I64 -> Arrays.equals(batch.longs(c), 0, rows, batch.longs(c - 1), 0, rows);
      case U8, TEXT -> false;
    };
  }

  /** Packs zeros once, and most batches have as many of them as the one before. */
  private void putZeros(int bytes) {
    byte[] known = zeros.get(bytes);
    if (known != null) {
      body = withRoom(body, known.length);
      body.put(known);
      return;
    }
    plain = atLeast(plain, bytes);
    plain.clear();
    plain.put(new byte[bytes]);
    int at = body.position();
    compressPlain(PLAIN);
    if (zeros.size() == MOST_ZEROS) {
      zeros.clear();
    }
    byte[] packed = new byte[body.position() - at];
    body.duplicate().position(at).get(packed);
    zeros.put(bytes, packed);
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
}
