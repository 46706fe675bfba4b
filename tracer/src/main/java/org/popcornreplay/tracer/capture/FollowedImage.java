package org.popcornreplay.tracer.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.popcornreplay.traces.Manifest;
import org.popcornreplay.traces.TraceWriter;

/**
 * One image of a followed process: a forked child, or a program that a process executed. A thread
 * of its own reads its stream into its trace.
 */
final class FollowedImage {
  private static final long BUFFER_BYTES = 4L << 20;

  private final int number;
  private final Announcement announced;

  /** The image that forked it or that it replaced; null = the main program's. */
  private final FollowedImage from;

  private final String program;
  private final Path directory;
  private final Manifest manifest;
  private final Path path;
  private final FileChannel holder;
  private final FileChannel pipe;
  private final SharedBuffers buffers;
  private final Thread reader = new Thread(this::record, "process");
  private volatile CaptureStream stream;
  private volatile boolean over;
  private volatile TraceWriter writer;
  private IOException failure;

  /**
   * An image that waits for its pipe to be opened.
   *
   * @param pipe its pipe
   * @param buffers through which its stream may come
   * @param directory its trace
   */
  FollowedImage(
      int number,
      Announcement announced,
      FollowedImage from,
      String program,
      Path pipe,
      SharedBuffers buffers,
      Path directory,
      Manifest manifest)
      throws IOException {
    this.number = number;
    this.announced = announced;
    this.from = from;
    this.program = program;
    this.buffers = buffers;
    this.directory = directory;
    this.manifest = manifest;
    // With a writer of our own, opening does not wait for a process that may have been killed.
    path = pipe;
    holder = FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
    this.pipe = FileChannel.open(pipe, StandardOpenOption.READ);
    manifest.program(program, List.of());
    describe(manifest.json().putObject("process"));
  }

  void start() {
    reader.setDaemon(true);
    reader.start();
  }

  private void record() {
    try (buffers;
        pipe;
        TraceWriter trace = TraceWriter.create(directory, manifest, BUFFER_BYTES)) {
      writer = trace;
      stream = new CaptureStream(buffers.over(new WithoutHolder()), trace, nameOf(program));
      stream.read();
      stream.finish();
      if (stream.ended()) {
        if (stream.exitStatus() >= 0) {
          manifest.exitCode(stream.exitStatus());
        }
        trace.finish();
      }
    } catch (IOException e) {
      failure = e;
    } catch (UncheckedIOException e) {
      failure = e.getCause();
    } finally {
      over = true;
    }
  }

  /** Gives our own end of the pipe back as soon as the process has written to it. */
  private final class WithoutHolder extends PipeStream {
    private boolean released;

    WithoutHolder() {
      super(FollowedImage.this.pipe);
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      int bytes = pipe.read(to);
      if (!released) {
        released = true;
        holder.close();
        Files.deleteIfExists(path); // only now: a process whose pipe is gone is not recorded
      }
      return bytes;
    }
  }

  /** Called when no followed process lives: reads what was sent, also where that is nothing. */
  void end() throws IOException, InterruptedException {
    holder.close();
    reader.join();
    if (failure != null) {
      throw failure;
    }
  }

  /** Adds to the manifest what other images have told. */
  void tell(List<String> words, int exitCode) throws IOException {
    if (!words.isEmpty()) {
      manifest.program(words.get(0), words.subList(1, words.size()));
    }
    if (exitCode >= 0) {
      manifest.exitCode(exitCode);
    }
    writer.rewriteManifest();
  }

  /**
   * Where it comes from; of what was executed, the event is known when the image before has been
   * read.
   */
  private void describe(ObjectNode process) {
    process
        .put("number", number)
        .put("pid", announced.pid())
        .put("parent_pid", announced.parentPid())
        .put("began", announced.forked() ? "fork" : "exec")
        .put("from", from == null ? 0 : from.number);
    if (announced.forked()) {
      process
          .put("thread", announced.parentThread())
          .put("instructions", announced.parentInstructions());
    }
  }

  /** The last part of a path, for people. */
  static String nameOf(String program) {
    String name = program.substring(program.lastIndexOf('/') + 1);
    return name.isEmpty() ? "program" : name;
  }

  int number() {
    return number;
  }

  /** How its trace is called in the folder of its parent. */
  String name() {
    return directory.getFileName().toString();
  }

  Announcement announced() {
    return announced;
  }

  FollowedImage from() {
    return from;
  }

  String program() {
    return program;
  }

  Manifest manifest() {
    return manifest;
  }

  /** What was read of it; null before it has begun. */
  CaptureStream stream() {
    return stream;
  }

  /** Whether its stream has ended. */
  boolean isOver() {
    return over;
  }

  /** Bytes of its trace so far. */
  long bytesWritten() {
    TraceWriter w = writer;
    return w == null ? 0 : w.bytesWritten();
  }
}
