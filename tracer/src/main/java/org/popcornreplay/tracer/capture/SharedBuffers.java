package org.popcornreplay.tracer.capture;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Memory that the recorder shares with the capture tool, as stream.h lays it out. The program goes
 * on while the recorder is late, nothing is copied through the kernel, and what was recorded is
 * there also where the tool was killed. Where the system has no files in memory, or no room in
 * them, the stream comes through the pipe.
 */
public final class SharedBuffers implements AutoCloseable {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final String PREFIX = "popcorn-trace-";

  private static final int HEAD_BYTES = 4096;
  private static final int IN_USE = 0;
  private static final int FILLED = 64;
  private static final int TAKEN = 128;

  private static final int BUFFERS = 512;
  private static final int BUFFER_BYTES = 1 << 18;
  private static final int WHOLE = 0;
  private static final int NEXT = 4;
  private static final int PAYLOAD = 8;
  private static final int ALL_BYTES = HEAD_BYTES + BUFFERS * BUFFER_BYTES;

  private static final int BELLS = 1 << 12;

  private static final VarHandle NUMBER =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final Path file;

  /** Null where there are none. */
  private FileChannel memory;

  private ByteBuffer bytes;
  private boolean over;

  private SharedBuffers(Path file) {
    this.file = file;
  }

  /** Where a recording's buffers may lie. */
  public static Path place() {
    return MEMORY.resolve(
        PREFIX
            + ProcessHandle.current().pid()
            + "-"
            + Long.toUnsignedString(System.nanoTime(), Character.MAX_RADIX));
  }

  /** New buffers at a place; where they cannot be had, some that are never in use. */
  public static SharedBuffers create(Path place) {
    SharedBuffers buffers = new SharedBuffers(place);
    try {
      if (Files.getFileStore(place.getParent()).type().equals("tmpfs")) {
        buffers.make();
      }
    } catch (IOException e) {
      buffers.close();
      buffers.bytes = null;
    }
    return buffers;
  }

  private void make() throws IOException {
    removeDead(file.getParent());
    memory =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    memory.write(ByteBuffer.allocate(HEAD_BYTES)); // where there is no room, this says so
    bytes = memory.map(FileChannel.MapMode.READ_WRITE, 0, ALL_BYTES);
  }

  /** The capture tool removes the name when it starts; both may have been killed before. */
  private static void removeDead(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*-*")) {
      for (Path file : files) {
        String pid = file.getFileName().toString().substring(PREFIX.length()).split("-", 2)[0];
        if (pid.matches("[0-9]{1,9}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
          remove(file);
        }
      }
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // another user's
    }
  }

  /** The stream that comes through these buffers, or through the pipe where they are not in use. */
  public ReadableByteChannel over(ReadableByteChannel pipe) {
    return bytes == null ? pipe : new Stream(pipe);
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    remove(file);
    if (memory == null) {
      return;
    }
    try (FileChannel closed = memory) {
      if (over) {
        closed.truncate(0); // as Java's mapping lives until it is collected; nobody writes any more
      }
    } catch (IOException e) {
      // it goes with this process
    }
  }

  private int number(int at) {
    return (int) NUMBER.getAcquire(bytes, at);
  }

  private final class Stream extends PipeStream {
    private final ByteBuffer bells = ByteBuffer.allocate(BELLS);
    private boolean begun;
    private boolean shared;
    private boolean ended;
    private boolean lastBegun;
    private int taken;
    private int next;

    /** What there is to read of the buffer that is being read. */
    private final ByteBuffer payload = bytes.duplicate().limit(0);

    private int current;
    private boolean reading;

    Stream(ReadableByteChannel pipe) {
      super(pipe);
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      if (!begun) {
        int from = to.position();
        int read = pipe.read(to);
        begun = true;
        shared = number(IN_USE) != 0;
        if (!shared) {
          return read;
        }
        to.position(from); // bells
        ended = read < 0;
      } else if (!shared) {
        return pipe.read(to);
      }
      while (!payload.hasRemaining()) {
        if (reading) {
          giveBack();
        }
        if (!goOn()) {
          return -1;
        }
      }
      int length = Math.min(to.remaining(), payload.remaining());
      to.put(payload.duplicate().limit(payload.position() + length));
      payload.position(payload.position() + length);
      return length;
    }

    /** Goes to the next buffer that was passed on, waits for one; false at the end. */
    private boolean goOn() throws IOException {
      while (number(FILLED) == taken) {
        if (!ended) {
          bells.clear();
          ended = pipe.read(bells) < 0;
        } else if (lastBegun) {
          over = true;
          return false;
        } else {
          lastBegun = true; // where the tool was killed: what is whole of it
          begin(next);
          return true;
        }
      }
      begin(next);
      reading = true;
      return true;
    }

    private void begin(int buffer) throws IOException {
      current = HEAD_BYTES + buffer * BUFFER_BYTES;
      int whole = number(current + WHOLE);
      if (whole < 0 || whole > BUFFER_BYTES - PAYLOAD) {
        throw new IOException("capture stream: buffer of bytes=" + whole + ", expected fewer");
      }
      payload.limit(current + PAYLOAD + whole).position(current + PAYLOAD);
    }

    private void giveBack() throws IOException {
      next = number(current + NEXT);
      if (next < 0 || next >= BUFFERS) {
        throw new IOException(
            "capture stream: buffer=" + next + ", expected fewer than " + BUFFERS);
      }
      NUMBER.setRelease(bytes, current + WHOLE, 0);
      NUMBER.setRelease(bytes, TAKEN, ++taken);
      reading = false;
    }
  }
}
